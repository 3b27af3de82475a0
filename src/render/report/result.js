// What the model makes of the pad: the image that it sees, the most probable clusters, and whether it is like any of them.

const SHOWN = 5;
const STORED = 12;

function showPad(report, model) {
  show(byId("try"), true);
  byId("seen-caption").textContent = `What the model sees: ${model.height} x ${model.width}, ink or not`;
  for (const [side, value] of [["height", model.height], ["width", model.width]]) byId("seen")[side] = value;
  byId("seen").parentElement.style.aspectRatio = model.width + " / " + model.height;
  const pad = padOf(model, (grey, isSettled) => showResult(report, model, grey, isSettled));
  listenToFiles(pad);
  showStored(report, model, pad);
  return pad;
}

// `grey` is undefined for an empty pad, and null for one without ink. The verdict is read out, so it waits for the end of a stroke.
function showResult(report, model, grey, isSettled) {
  const bits = Uint8Array.from({ length: model.nFeatures }, (_, d) => (grey && grey[d] >= model.threshold ? 1 : 0));
  const isBlank = !grey;
  paintPixels(byId("seen"), bits, inkColour);
  const ones = bits.reduce((sum, bit) => sum + bit, 0);
  byId("seen").setAttribute("aria-label", "What the model sees: " + (isBlank ? "nothing yet" : ones + " pixels of ink"));
  const scored = isBlank ? null : score(model, bits);
  showRanking(report, model, scored);
  showMeasures(report, model, scored);
  if (isSettled) showVerdict(report, scored, grey, model);
}

function showVerdict(report, scored, grey, model) {
  const verdict = byId("verdict");
  verdict.dataset.cluster = scored ? scored.best : "";
  verdict.dataset.label = (scored && report.clusters[scored.best].label) || "";
  if (!scored) {
    verdict.textContent = grey === null ? "No ink found." : "The most probable clusters will stand here.";
    return;
  }
  const words = mostly(report.clusters[scored.best]);
  verdict.replaceChildren(make("b", null, "Cluster " + scored.best + (words ? ", " + words : "")), " ",
    percent(scored.responsibilities[scored.best]));
  if (looksInverted(grey, model)) {
    verdict.append(make("span", { class: "small" }, "Mostly ink at the edge: are ink and ground inverted?"));
  }
}

// Images of this kind have an empty edge.
function looksInverted(grey, { height, width, threshold }) {
  const edge = [...grey.keys()].filter((i) => {
    const [y, x] = [Math.floor(i / width), i % width];
    return y === 0 || x === 0 || y === height - 1 || x === width - 1;
  });
  return 2 * edge.filter((i) => grey[i] >= threshold).length > edge.length;
}

function showRanking(report, model, scored) {
  const order = scored ? [...scored.responsibilities.keys()] : [];
  order.sort((a, b) => scored.responsibilities[b] - scored.responsibilities[a] || a - b);
  const line = (k) => {
    const words = mostly(report.clusters[k]);
    return make("li", null, tile(model, meanPicture(report, model, k)),
      make("span", { class: "feature" }, words || "cluster " + k,
        words && make("span", { class: "small" }, "cluster " + k)),
      bar(scored.responsibilities[k]),
      make("span", { class: "value" }, percent(scored.responsibilities[k])));
  };
  byId("ranking").replaceChildren(...order.slice(0, SHOWN).map(line));
}

function showMeasures(report, model, scored) {
  if (!scored) return byId("measures").replaceChildren();
  const entries = [];
  if (model.typicality) {
    const typicality = typicalityOf(model, scored);
    const isOdd = typicality !== null && typicality < 0.01;
    const number = typicality === null ? "" : shortNumber(typicality) + ": ";
    entries.push(["typicality", make("span", { class: isOdd ? "odd" : null }, number + typicalityInWords(typicality))]);
  }
  entries.push(["log p", nats(scored.logProb)], ["ink", whole(scored.ones) + " of " + whole(model.nFeatures) + " pixels"]);
  pairs(byId("measures"), entries);
}

function typicalityInWords(typicality) {
  if (typicality === null) return "its cluster has no training images to compare with";
  if (typicality < 0.01) return "unlike anything in its cluster";
  if (typicality < 0.05) return "unusual for its cluster";
  if (typicality < 0.2) return "a little unusual for its cluster";
  return "at home in its cluster";
}

// The way to the pad without a pointer: the most typical image of each heavy cluster, and some that are not.
function showStored(report, model, pad) {
  const of = (kind) => report.clusters.flatMap((cluster, k) => cluster.members[kind].slice(0, 1).map((member) => [kind, k, member]));
  const others = [...of("undecided").slice(0, 3), ...of("odd").slice(0, 2)];
  const chosen = [...of("typical").slice(0, STORED - others.length), ...others];
  const item = ([kind, k, member]) => {
    const values = bitsOf(member.bits, model.nFeatures);
    const name = `Take ${report.sample} ${member.index}, ${kind} of ${named(report, k)}`;
    const button = make("button", { type: "button" }, tile(model, inkPicture(model, values, name)));
    button.addEventListener("click", () => {
      byId("pad-status").textContent = `${report.sample} ${member.index}, ${kind} of cluster ${k}`;
      pad.put([{ bits: { values, width: model.width } }]);
    });
    return make("li", null, button);
  };
  byId("stored").replaceChildren(...chosen.map(item));
  show(byId("stored-part"), chosen.length > 0);
}
