// The panel of one cluster: its mean, what sets it apart, and some of its members. A modal dialog, so that the browser keeps
// the focus inside; Escape closes it and the focus returns to the button of the cluster.

const MOST_ROWS = 40; // of a table's features, those that differ most

const KINDS = [
  ["typical", "Most typical", "what the cluster is made of"],
  ["odd", "Oddest", "least like the rest of it"],
  ["undecided", "Most undecided", "another cluster explains them nearly as well"],
];

// Returns what opens the panel of cluster `k`.
function panelOf(report, model) {
  const dialog = byId("panel");
  const n = report.clusters.length;
  let shown = 0;
  const fill = (k) => {
    shown = (k + n) % n;
    byId("panel-title").textContent = titleOf(report, shown);
    byId("panel-body").replaceChildren(...panelParts(report, model, shown));
    dialog.scrollTop = 0;
  };
  const keys = { ArrowLeft: -1, ArrowRight: 1 };
  dialog.addEventListener("keydown", (event) => {
    if (!keys[event.key] || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    fill(shown + keys[event.key]);
  });
  byId("panel-previous").addEventListener("click", () => fill(shown - 1));
  byId("panel-next").addEventListener("click", () => fill(shown + 1));
  byId("panel-close").addEventListener("click", () => dialog.close());
  // A click beside the panel is one on the dialog itself.
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("close", () => {
    document.documentElement.classList.remove("covered");
    document.querySelector(`.card[data-cluster="${shown}"]`).focus();
  });
  return (k) => {
    fill(k);
    document.documentElement.classList.add("covered");
    dialog.showModal();
    byId("panel-title").focus();
  };
}

function titleOf(report, k) {
  const words = mostly(report.clusters[k]);
  return "Cluster " + k + (words ? ", " + words : "");
}

function panelParts(report, model, k) {
  const faces = isTable(report) ? featureTable(report, model, k) : panelPictures(report, model, k);
  const members = KINDS.map(([kind, ...words]) => memberGroup(report, model, k, kind, words));
  return [panelFacts(report, model, k), faces, ...members].filter((part) => part !== null);
}

function panelFacts(report, model, k) {
  const cluster = report.clusters[k];
  const facts = make("dl", { class: "facts across" });
  const entries = [["weight", percent(model.weights[k])], [report.sample + "s", whole(cluster.size)]];
  const labels = labelsOf(report, k);
  if (labels) entries.push(["labels", labels]);
  pairs(facts, entries);
  return facts;
}

// The labels that a cluster holds, most frequent first.
function labelsOf(report, k) {
  if (!report.confusion) return null;
  const counts = report.confusion[k];
  const total = counts.reduce((a, b) => a + b, 0);
  const order = [...counts.keys()].filter((l) => counts[l] > 0).sort((a, b) => counts[b] - counts[a]);
  if (order.length === 0) return null;
  const words = order.slice(0, 4).map((l) => report.labels[l] + " (" + percent(counts[l] / total, 0) + ")");
  return words.join(", ") + (order.length > 4 ? ", ..." : "");
}

function panelPictures(report, model, k) {
  const figure = (picture, title, ...under) =>
    make("figure", null, tile(model, picture), make("figcaption", null, make("b", null, title), ...under));
  const figures = [figure(meanPicture(report, model, k), "Mean")];
  const difference = apart(model, k);
  if (difference) {
    const name = "Mean of cluster " + k + " minus the mean of the others";
    figures.push(figure(differencePicture(model, difference, name), "What sets it apart",
      make("span", { class: "small" }, "its mean minus that of all others"),
      differenceLegend(largestSize(difference))));
  }
  return make("div", { class: "faces" }, ...figures);
}

function featureTable(report, model, k) {
  const mean = meanOf(model, k);
  const difference = apart(model, k);
  const most = difference ? largestSize(difference) : 1;
  let order = [...mean.keys()];
  const isCut = order.length > MOST_ROWS;
  if (isCut && difference) order.sort((a, b) => Math.abs(difference[b]) - Math.abs(difference[a]));
  order = order.slice(0, MOST_ROWS);
  const row = (d) => make("tr", null,
    make("th", { scope: "row" }, featureName(report, d)),
    make("td", null, bar(mean[d]), make("span", { class: "value" }, mean[d].toFixed(2))),
    difference && make("td", null, divergingBar(difference[d], most),
      make("span", { class: "value" }, (difference[d] < 0 ? "" : "+") + difference[d].toFixed(2))));
  const heads = [report.feature, "share of ones", difference && "than in all others"].filter(Boolean);
  const caption = isCut
    ? `The ${MOST_ROWS} of ${mean.length} ${report.feature}s that ${difference ? "differ most" : "come first"}`
    : "Mean, and what sets it apart";
  return make("div", { class: "scroll" }, make("table", { class: "features" },
    make("caption", null, caption),
    make("thead", null, make("tr", null, ...heads.map((head) => make("th", { scope: "col" }, head)))),
    make("tbody", null, ...order.map(row))));
}

function memberGroup(report, model, k, kind, [title, hint]) {
  const members = report.clusters[k].members[kind];
  if (members.length === 0) return null;
  const figures = members.map((member) => make("li", null, memberFigure(report, model, k, kind, member)));
  return make("section", { class: "group" },
    make("h3", null, title, " ", make("span", { class: "small" }, hint)),
    make("ul", { class: isTable(report) ? "strips" : "members" }, ...figures));
}

function memberFigure(report, model, k, kind, member) {
  const bits = bitsOf(member.bits, model.nFeatures);
  const name = `${report.sample} ${member.index}` + (member.label === null ? "" : `, label ${member.label}`);
  const picture = isTable(report) ? strip(report, bits) : tile(model, inkPicture(model, bits, name));
  const head = member.label === null ? "" : make("b", null, member.label, " ");
  const place = make("span", { title: member.source }, "#" + member.index);
  const lines = memberLines(model, k, kind, member, bits);
  return make("figure", null, picture, make("figcaption", { class: "small" }, make("span", null, head, place),
    ...lines.map((line) => make("span", null, line))));
}

function memberLines(model, k, kind, member, bits) {
  if (kind === "undecided" && member.runner_up !== null) {
    const other = score(model, bits).responsibilities[member.runner_up];
    return [percent(member.probability) + " here", percent(other) + " in " + member.runner_up];
  }
  const lines = ["log p " + logOf(member.log_prob).toFixed(1)];
  if (member.typicality !== null) lines.push("typicality " + shortNumber(member.typicality));
  return lines;
}

// Two digits that say something: 0.83, 0.0042, 0.
function shortNumber(value) {
  return value === 0 || value >= 0.01 ? value.toFixed(2) : value.toPrecision(2);
}
