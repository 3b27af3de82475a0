// The grid of cluster means, heaviest first: a button for each, which opens its panel.

const MOST_LINES = 12; // of more features, the grid shows those that set a cluster apart

function showClusters(model, open) {
  const table = isTable(model);
  const grid = byId("grid");
  grid.classList.add(table ? "rows" : "clusters");
  byId("clusters-lead").textContent = table
    ? `How often each ${model.feature} is one, cluster by cluster, heaviest first. Open one to look inside.`
    : "Every picture is the mean of a cluster, heaviest first: " + inkWords(model) + " Open one to look inside.";
  const heaviest = model.weights[0] || 1;
  const card = (cluster, k) => make("li", null,
    pressed(() => open(k), { class: "card", "data-cluster": k, "aria-haspopup": "dialog" }, ...cardParts(model, k, heaviest)));
  grid.replaceChildren(...model.clusters.map(card));
  if (!table) balance(grid, model.clusters.length);
}

function inkWords(model) {
  return model.has_pad
    ? "the stronger the ink of a pixel, the more of its images have ink there."
    : "the brighter a pixel, the more of its images are bright there.";
}

function cardParts(model, k, heaviest) {
  const cluster = model.clusters[k];
  const label = mostly(cluster);
  const weight = percent(model.weights[k]);
  return [
    clusterFace(model, k),
    bar(model.weights[k] / heaviest, "weight"),
    span("pair", span("name", label || "cluster " + k), span("small", label ? percent(cluster.label_share, 0) : weight)),
    label && span("pair small", span("", "cluster " + k), span("", weight)),
    span("small", cluster.size + " " + model.sample + (cluster.size === 1 ? "" : "s")),
  ];
}

function clusterFace(model, k) {
  if (!isTable(model)) return tile(model, meanPicture(model, k));
  const mean = meanOf(model, k);
  const line = (d) => span("line", span("", featureName(model, d)), bar(mean[d]), span("value", mean[d].toFixed(2)));
  return span("lines", ...telling(model, k, MOST_LINES).map(line));
}

// Of the numbers of columns that fit, the one that leaves least of the last row empty: 5 and 5 clusters, not 8 and 2.
function balance(grid, n) {
  const empty = (columns) => Math.ceil(n / columns) * columns - n;
  const fit = () => {
    const most = Math.max(1, Math.min(n, Math.floor((grid.clientWidth + 12) / 112)));
    const least = n > 24 ? most : most / 2;
    let best = most;
    for (let columns = most; columns >= least; columns--) if (empty(columns) < empty(best)) best = columns;
    grid.style.setProperty("--columns", best);
  };
  new ResizeObserver(fit).observe(grid);
}
