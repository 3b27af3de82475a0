// The parts of the page that only show: what was fitted, how far to trust it, charts, labels, the command.

function showHead(report) {
  byId("summary").textContent = report.data;
  show(byId("synthetic"), Boolean(report.synthetic));
  byId("synthetic").textContent = report.synthetic || "";
  pairs(byId("facts"), report.facts.map(({ name, value }) => [name, value]));
}

function showTrust(report, open) {
  const { line, findings, gradient_residual: residual } = report.trust;
  byId("trust-line").textContent = line;
  const finding = ({ code, components, message, advice }) => make("div", { class: "finding" },
    make("p", null, make("code", null, code), " ", message),
    make("p", { class: "small" }, advice),
    components.length > 0 && make("p", { class: "small" }, "clusters ", ...components.slice(0, 20).map((k) => clusterLink(k, open)),
      components.length > 20 ? "and " + (components.length - 20) + " more" : ""));
  const nothing = make("p", { class: "nothing" }, "Nothing found that speaks against this fit.");
  byId("findings").replaceChildren(...(findings.length > 0 ? findings.map(finding) : [nothing]));
  const hasResidual = typeof residual === "number";
  show(byId("residual"), hasResidual);
  if (hasResidual) {
    byId("residual").textContent =
      `One more step of EM would gain at least ${residual.toExponential(1)} nats per ${report.sample}.`;
  }
}

function clusterLink(k, open) {
  const button = make("button", { type: "button", class: "link", "aria-label": "Cluster " + k }, String(k));
  button.addEventListener("click", () => open(k));
  return button;
}

// An SVG as an image runs no script and asks for nothing.
function showCharts(charts) {
  show(byId("charts"), charts.length > 0);
  const figure = ({ title, svg, alt }) => {
    const bytes = new TextEncoder().encode(svg);
    const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
    const source = "data:image/svg+xml;base64," + btoa(text);
    return make("figure", null, make("figcaption", null, title), make("img", { src: source, alt: alt || title }));
  };
  byId("chart-list").replaceChildren(...charts.map(figure));
}

function showLabels(report) {
  const { labels, confusion, agreement } = report;
  show(byId("labels"), Boolean(confusion && labels.length > 0));
  if (byId("labels").hidden) return;
  byId("labels-lead").textContent = `how many ${report.sample}s of each label every cluster holds.`;
  const measures = [["accuracy", "accuracy"], ["purity", "purity"], ["nmi", "NMI"], ["ari", "ARI"]];
  const known = agreement ? measures.filter(([key]) => typeof agreement[key] === "number") : [];
  pairs(byId("agreement"), known.map(([key, name]) => [name, agreement[key].toFixed(4)]));
  const heads = labels.map((label) => make("th", { scope: "col" }, label));
  byId("confusion").replaceChildren(make("table", { class: "heat" },
    make("caption", { class: "unseen" }, "Clusters against labels"),
    make("thead", null, make("tr", null, make("th", { scope: "col" }, "cluster"), ...heads)),
    make("tbody", null, ...confusion.map(heatRow))));
}

// The deeper the colour, the larger the share of the cluster.
function heatRow(counts, k) {
  const total = counts.reduce((a, b) => a + b, 0) || 1;
  const cell = (count) => {
    const element = make("td", { class: count === 0 ? "none" : null }, whole(count));
    if (count > 0) element.style.backgroundColor = `rgb(64 118 216 / ${(0.04 + (0.56 * count) / total).toFixed(3)})`;
    return element;
  };
  return make("tr", null, make("th", { scope: "row" }, String(k)), ...counts.map(cell));
}

function showCommand(report) {
  byId("command").textContent = report.command;
  byId("version").textContent = "bmm " + report.version;
  byId("copy").addEventListener("click", async () => {
    let isCopied = true;
    try {
      await navigator.clipboard.writeText(report.command);
    } catch {
      // Not every browser lets a page from a file write there; a selection can be copied by hand.
      getSelection().selectAllChildren(byId("command"));
      isCopied = document.execCommand("copy");
    }
    byId("copied").textContent = isCopied ? "Copied." : "Selected: copy it with the keyboard.";
  });
}

// Says whether the numbers of this page can be relied on, by rows that the program scored.
function showSelfCheck(report, model) {
  const element = byId("self-check");
  const n = report.checks.length;
  const worst = largestDifferences(model, report.checks);
  const isPassed = n > 0 && worst.logProb <= 1e-6 && worst.responsibility <= 1e-6;
  element.dataset.passed = isPassed;
  element.dataset.checked = n;
  if (n === 0) element.textContent = "There are no stored scores to check this page against.";
  else if (isPassed) {
    element.textContent = `This page scores ${counted(n, report).replace(" ", " stored ")} as the program does: `
      + `largest difference ${worst.logProb === 0 ? 0 : worst.logProb.toExponential(1)} nats.`;
  } else {
    element.textContent = `This page does not score as the program does: it is ${worst.logProb} nats apart. Do not rely on its scores.`;
  }
}

function showContents() {
  const parts = [...document.querySelectorAll("[data-part]")].filter((part) => !part.hidden);
  byId("contents").replaceChildren(...parts.map((part) => make("a", { href: "#" + part.id }, part.dataset.part)));
}
