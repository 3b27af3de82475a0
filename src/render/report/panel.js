// The panel of one cluster: its mean, what sets it apart, and some of its members. A modal dialog, so that the browser keeps
// the focus inside and gives it back; after a walk to another cluster its button gets it.

const MOST_ROWS = 40; // of a table's features, those that differ most

const KINDS = [
  ["typical", "Most typical", "what the cluster is made of"],
  ["odd", "Oddest", "least like the rest of it"],
  ["undecided", "Most undecided", "another cluster explains them nearly as well"],
];

// Returns what opens the panel of cluster `k`.
function panelOf(model) {
  const dialog = byId("panel");
  const n = model.clusters.length;
  let [opened, shown] = [0, 0];
  const fill = (k) => {
    shown = (k + n) % n;
    byId("panel-title").textContent = named(model, shown);
    byId("panel-body").replaceChildren(...panelParts(model, shown));
    dialog.scrollTop = 0;
  };
  const keys = { ArrowLeft: -1, ArrowRight: 1 };
  dialog.addEventListener("keydown", (event) => {
    if (!keys[event.key] || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    fill(shown + keys[event.key]);
  });
  onClick("panel-previous", () => fill(shown - 1));
  onClick("panel-next", () => fill(shown + 1));
  const close = () => {
    dialog.close();
    if (shown !== opened) document.querySelector(`.card[data-cluster="${shown}"]`).focus();
  };
  onClick("panel-close", close);
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    close();
  });
  // A click beside the panel is one on the dialog itself.
  dialog.addEventListener("click", (event) => event.target === dialog && close());
  return (k) => {
    opened = k;
    fill(k);
    dialog.showModal();
    byId("panel-title").focus();
  };
}

function panelParts(model, k) {
  const faces = isTable(model) ? featureTable(model, k) : panelPictures(model, k);
  const members = KINDS.map(([kind, ...words]) => memberGroup(model, k, kind, words));
  return [panelFacts(model, k), faces, ...members].filter((part) => part !== null);
}

function panelFacts(model, k) {
  const cluster = model.clusters[k];
  const facts = make("dl", { class: "across" });
  const entries = [["weight", percent(model.weights[k])], [model.sample + "s", String(cluster.size)]];
  const labels = labelsOf(model, k);
  if (labels) entries.push(["labels", labels]);
  pairs(facts, entries);
  return facts;
}

// The labels that a cluster holds, most frequent first.
function labelsOf(model, k) {
  if (!model.confusion) return null;
  const counts = model.confusion[k];
  const total = counts.reduce(plus, 0);
  const order = [...counts.keys()].filter((l) => counts[l] > 0).sort((a, b) => counts[b] - counts[a]);
  if (order.length === 0) return null;
  const words = order.slice(0, 4).map((l) => model.labels[l] + " (" + percent(counts[l] / total, 0) + ")");
  return words.join(", ") + (order.length > 4 ? ", ..." : "");
}

function panelPictures(model, k) {
  const figure = (picture, title, hint, under) =>
    make("figure", null, tile(model, picture),
      make("figcaption", null, make("b", null, title), make("div", { class: "small" }, hint), under));
  const figures = [figure(meanPicture(model, k), "Mean", "share of ones, pixel by pixel", "")];
  const difference = apart(model, k);
  if (difference) {
    const name = "Mean of cluster " + k + " minus the mean of the others";
    figures.push(figure(differencePicture(model.height, model.width, difference, name), "What sets it apart",
      "its mean minus that of all other clusters", differenceLegend(largestSize(difference))));
  }
  return make("div", { class: "faces grid" }, ...figures);
}

function featureTable(model, k) {
  const mean = meanOf(model, k);
  const difference = apart(model, k);
  const most = difference ? largestSize(difference) : 1;
  const row = (d) => make("tr", null,
    make("th", { scope: "row" }, featureName(model, d)),
    make("td", null, bar(mean[d]), span("value", mean[d].toFixed(2))),
    difference && make("td", null, divergingBar(difference[d], most),
      span("value", signed(difference[d]))));
  const heads = [model.feature, "share of ones", difference && "against all others"].filter(Boolean);
  const caption = mean.length > MOST_ROWS
    ? `The ${MOST_ROWS} most telling of ${mean.length} ${model.feature}s`
    : "Mean, and what sets it apart";
  return make("div", { class: "scroll" }, make("table", { class: "features" },
    make("caption", null, caption),
    make("thead", null, make("tr", null, ...heads.map((head) => make("th", { scope: "col" }, head)))),
    make("tbody", null, ...telling(model, k, MOST_ROWS).map(row))));
}

function memberGroup(model, k, kind, [title, hint]) {
  const members = model.clusters[k].members[kind];
  if (members.length === 0) return null;
  const figures = members.map((member) => make("li", null, memberFigure(model, k, kind, member)));
  return make("section", { class: "group" },
    make("h3", null, title, " ", span("small", hint)),
    make("ul", { class: isTable(model) ? "strips" : "members grid" }, ...figures));
}

function memberFigure(model, k, kind, member) {
  const bits = bitsOf(member.bits, model.nFeatures);
  const name = `${model.sample} ${member.name}` + (member.label === null ? "" : `, label ${member.label}`);
  const picture = isTable(model) ? strip(model, bits) : tile(model, inkPicture(model, bits, name));
  const head = member.label === null ? "" : make("b", null, member.label, " ");
  const place = make("span", { title: member.source }, typeof member.name === "number" ? "#" + member.name : member.name);
  const lines = memberLines(model, k, kind, member, bits);
  return make("figure", null, picture, make("figcaption", { class: "small" }, make("span", null, head, place),
    ...lines.map((line) => make("span", null, line))));
}

function memberLines(model, k, kind, member, bits) {
  if (kind === "undecided" && member.runner_up !== null) {
    const other = score(model, bits).responsibilities[member.runner_up];
    return [percent(member.probability) + " here", percent(other) + " in cluster" + NO_BREAK + member.runner_up];
  }
  const lines = ["log p " + fixed(logOf(member.log_prob), 1)];
  if (member.typicality !== null) lines.push("typicality " + shortNumber(member.typicality));
  return lines;
}

// 0.83, 0.004, 0.00.
function shortNumber(value) {
  return value === 0 || value >= 0.01 ? value.toFixed(2) : value.toPrecision(1);
}
