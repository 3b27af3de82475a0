// The grid of cluster means, heaviest first: a button for each, which opens its panel.

const MOST_NAMED = 12; // tables with more features show columns in the grid, without names

function showClusters(report, model, open) {
  const table = isTable(report);
  const grid = byId("grid");
  grid.classList.toggle("rows", table);
  byId("clusters-lead").textContent = table
    ? "How often every " + report.feature + " is one, cluster by cluster, heaviest first. Open one to look inside."
    : "Every picture is the mean of a cluster, heaviest first: " + inkWords(report) + " Open one to look inside.";
  const heaviest = model.weights[0] || 1;
  const card = (cluster, k) => {
    const button = clusterButton(report, model, k, heaviest);
    button.addEventListener("click", () => open(k));
    return make("li", null, button);
  };
  grid.replaceChildren(...report.clusters.map(card));
  if (!table) balance(grid, report.clusters.length);
}

function inkWords(report) {
  return report.has_pad
    ? "the stronger the ink of a pixel, the more of its images have ink there."
    : "the brighter a pixel, the more of its images are bright there.";
}

function clusterButton(report, model, k, heaviest) {
  const cluster = report.clusters[k];
  const label = mostly(cluster);
  const name = make("span", { class: "name" }, label || "cluster " + k);
  if (label) name.append(" ", make("span", { class: "share" }, percent(cluster.label_share, 0)));
  return make("button", { type: "button", class: "card", "data-cluster": k, "aria-haspopup": "dialog" },
    clusterFace(report, model, k),
    bar(model.weights[k] / heaviest, "weight"),
    name,
    make("span", { class: "small" }, label ? "cluster " + k + ", " : "weight ", percent(model.weights[k])),
    make("span", { class: "small" }, counted(cluster.size, report)));
}

function clusterFace(report, model, k) {
  if (!isTable(report)) return tile(model, meanPicture(report, model, k));
  if (model.nFeatures > MOST_NAMED) {
    return make("span", { class: "tile" }, profilePicture(report, model, k));
  }
  const line = (mean, d) => make("span", { class: "line" },
    make("span", { class: "feature" }, featureName(report, d)), bar(mean), make("span", { class: "value" }, mean.toFixed(2)));
  return make("span", { class: "lines" }, ...Array.from(meanOf(model, k), line));
}

// As many columns as fit, but no row much emptier than the others: ten clusters are 10 or 5 and 5, not 8 and 2.
function balance(grid, n) {
  const [narrowest, gap] = [n > 40 ? 84 : 100, 12];
  const fit = () => {
    const most = Math.max(1, Math.floor((grid.clientWidth + gap) / (narrowest + gap)));
    const columns = Math.ceil(n / Math.ceil(n / most));
    grid.style.setProperty("--columns", columns);
  };
  new ResizeObserver(fit).observe(grid);
}
