// What the model makes of the pad: the image that it sees, the most probable clusters, and whether it is like any of them.

const SHOWN = 5;
const STORED = 16;

function showPad(model) {
  byId("try").hidden = false;
  byId("seen-caption").textContent = `What the model sees: ${model.height} x ${model.width}, ink or not`;
  Object.assign(byId("seen"), { height: model.height, width: model.width });
  const pad = padOf(model, (grey) => showResult(model, grey));
  listenToFiles(pad);
  showStored(model, pad);
  return pad;
}

// `grey` is undefined for an empty pad, and null for one without ink.
function showResult(model, grey) {
  const bits = model.isSeen.map((isSeen, d) => (grey && isSeen && grey[d] >= model.threshold ? 1 : 0));
  paintPixels(byId("seen"), bits, inkColour);
  const ones = bits.reduce(plus, 0);
  byId("seen").setAttribute("aria-label", "What the model sees: " + (grey ? ones + " pixels of ink" : "nothing yet"));
  const scored = grey ? score(model, bits) : null;
  showRanking(model, scored);
  showMeasures(model, scored);
  showVerdict(model, scored, grey === null);
  // The images of a model with a pad have empty edges.
  if (looksInverted(model, bits)) byId("verdict").append(span("small", "Mostly ink at the edge: are ink and ground inverted?"));
}

function showVerdict(model, scored, isEmpty) {
  const verdict = byId("verdict");
  verdict.dataset.cluster = scored ? scored.best : "";
  verdict.dataset.label = (scored && model.clusters[scored.best].label) || "";
  if (!scored) {
    verdict.textContent = isEmpty ? "No ink found." : "The most probable clusters appear here.";
    return;
  }
  verdict.replaceChildren(make("b", null, named(model, scored.best)), " ", percent(scored.responsibilities[scored.best]));
}

function looksInverted({ height, width }, bits) {
  const edge = bits.filter((_, i) => (i % width) % (width - 1) === 0 || Math.floor(i / width) % (height - 1) === 0);
  return 2 * edge.reduce(plus, 0) > edge.length;
}

function showRanking(model, scored) {
  const order = scored ? [...scored.responsibilities.keys()] : [];
  order.sort((a, b) => scored.responsibilities[b] - scored.responsibilities[a] || a - b);
  const line = (k) => {
    const words = mostly(model.clusters[k]);
    return make("li", null, tile(model, meanPicture(model, k)),
      span("", words || "cluster " + k,
        words && span("small", "cluster " + k)),
      bar(scored.responsibilities[k]),
      span("value", percent(scored.responsibilities[k])));
  };
  byId("ranking").replaceChildren(...order.slice(0, SHOWN).map(line));
}

function showMeasures(model, scored) {
  if (!scored) return byId("measures").replaceChildren();
  const entries = [];
  if (model.typicality) {
    const typicality = typicalityOf(model, scored);
    const isOdd = typicality !== null && typicality < 0.01;
    const number = typicality === null ? "" : shortNumber(typicality) + ": ";
    entries.push(["typicality", span(isOdd ? "odd" : "", number + typicalityInWords(typicality))]);
  }
  entries.push(["log p", fixed(scored.logProb, 1) + NO_BREAK + "nats"], ["ink", `${scored.ones} of ${model.nFeatures} pixels`]);
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
function showStored(model, pad) {
  const of = (kind) => model.clusters.flatMap((cluster, k) => cluster.members[kind].slice(0, 1).map((member) => [kind, k, member]));
  const others = [...of("undecided").slice(0, 3), ...of("odd").slice(0, 2)];
  const chosen = [...of("typical").slice(0, STORED - others.length), ...others];
  const item = ([kind, k, member]) => {
    const values = bitsOf(member.bits, model.nFeatures);
    const name = `${model.sample} ${member.name}, ${kind} of ${named(model, k)}`;
    const take = () => {
      byId("pad-status").textContent = name;
      pad.put({ bits: { values, width: model.width } });
    };
    return make("li", null, pressed(take, { title: name }, tile(model, inkPicture(model, values, name))));
  };
  byId("stored").replaceChildren(...chosen.map(item));
  byId("stored-part").hidden = chosen.length === 0;
}
