// The parts of the page that only show: what was fitted, how far to trust it, charts, labels, the command.

function showHead(model) {
  byId("summary").textContent = model.data;
  byId("synthetic").hidden = !model.synthetic;
  byId("synthetic").textContent = model.synthetic || "";
  byId("warnings").hidden = model.warnings.length === 0;
  byId("warnings").replaceChildren(...model.warnings.map((text) => make("li", null, make("b", null, "Warning: "), text)));
  pairs(byId("facts"), model.facts.map(({ name, value }) => [name, value]));
}

function showTrust(model, open) {
  const { line, findings, gradient_residual: residual } = model.trust;
  byId("trust-line").textContent = line;
  const link = (k) => pressed(() => open(k), { class: "link", "aria-label": "Cluster " + k }, k);
  const finding = ({ code, components, message, advice }) => make("div", { class: "finding" },
    make("p", null, make("code", null, code), " ", message),
    make("p", { class: "small" }, advice),
    components.length > 0 && make("p", { class: "small" }, "clusters ", ...components.slice(0, 20).map(link),
      components.length > 20 ? "and " + (components.length - 20) + " more" : ""));
  const nothing = make("p", { class: "nothing" }, "No defect of the fit was found. Whether another search would end higher, the line above tells: by how many starts came to the best objective.");
  byId("findings").replaceChildren(...(findings.length > 0 ? findings.map(finding) : [nothing]));
  byId("residual").textContent = typeof residual === "number"
    ? `One more step of EM would gain at least ${brief(residual)} nats per ${model.sample}.`
    : "";
}

// An SVG as an image runs no script and asks for nothing.
function showCharts(charts) {
  byId("charts").hidden = charts.length === 0;
  const figure = ({ title, svg, alt }) => {
    const src = "data:image/svg+xml," + encodeURIComponent(svg);
    return make("figure", { class: "box" }, make("figcaption", null, title), make("img", { src, alt: alt || title }));
  };
  byId("chart-list").replaceChildren(...charts.map(figure));
}

function showLabels(model) {
  const { labels, confusion, agreement } = model;
  byId("labels").hidden = !confusion || labels.length === 0;
  if (byId("labels").hidden) return;
  byId("labels-lead").textContent = `How many training ${model.sample}s of each label (column) every cluster (row) holds.`
    + (agreement ? ` The figures are of ${agreement.rows}, judged as ${agreement.judged}.` : "");
  pairs(byId("agreement"), (agreement ? agreement.figures : []).map(({ name, value }) => [name, value]));
  const heads = labels.map((label) => make("th", { scope: "col" }, label));
  byId("confusion").replaceChildren(make("table", { class: "heat" },
    make("thead", null, make("tr", null, make("th", { scope: "col" }, "cluster"), ...heads)),
    make("tbody", null, ...confusion.map(heatRow))));
}

// The deeper the colour, the larger the share of the cluster.
function heatRow(counts, k) {
  const total = counts.reduce(plus, 0) || 1;
  const cell = (count) => {
    const element = make("td", { class: count === 0 ? "none" : null }, String(count));
    if (count > 0) element.style.backgroundColor = `rgb(64 118 216 / ${(0.04 + (0.56 * count) / total).toFixed(3)})`;
    return element;
  };
  return make("tr", null, make("th", { scope: "row" }, String(k)), ...counts.map(cell));
}

function showCommand(model) {
  byId("command").textContent = model.command;
  byId("version").textContent = "bmm " + model.version;
  onClick("copy", async () => {
    getSelection().selectAllChildren(byId("command"));
    try {
      await navigator.clipboard.writeText(model.command);
      byId("copied").textContent = "Copied.";
    } catch {
      // Not every browser lets a page from a file do so.
      byId("copied").textContent = "Selected: copy it with the keyboard.";
    }
  });
}

// Says whether the numbers of this page can be relied on, by rows that the program scored.
function showSelfCheck(model) {
  const element = byId("self-check");
  const n = model.checks.length;
  const worst = Number(largestDifference(model).toPrecision(2));
  const isPassed = n > 0 && worst <= 1e-6;
  element.dataset.passed = isPassed;
  element.textContent = isPassed
    ? `This page scores ${n} stored ${model.sample}s as the program does: largest difference ${worst} nats.`
    : `This page may not score as the program does (${n} checked, ${worst} nats apart): do not rely on its scores.`;
}

// Every part is named by its heading, and those that are there are listed at the top.
function showContents() {
  for (const part of document.querySelectorAll("main section:not([hidden])")) {
    const name = part.querySelector("h2").textContent;
    part.setAttribute("aria-label", name);
    if (part.id && part.parentElement.matches("main")) byId("contents").append(make("a", { href: "#" + part.id }, name));
  }
}
