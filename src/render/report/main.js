// The start: light or dark, then every part of the page.

// The choice of the reader, else that of the system; paper is always white.
function listenToTheme(onChange) {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const stored = { key: "bmm-theme", get: () => localStorage.getItem("bmm-theme"), set: (theme) => localStorage.setItem("bmm-theme", theme) };
  // Some browsers keep no storage for files; the choice then lasts as long as the page.
  const attempt = (action, ...values) => {
    try {
      return action(...values);
    } catch {
      return null;
    }
  };
  let chosen = attempt(stored.get);
  const apply = (theme) => {
    document.documentElement.dataset.theme = theme;
    byId("theme").setAttribute("aria-checked", theme === "dark");
    onChange();
  };
  const applyChoice = () => apply(chosen || (system.matches ? "dark" : "light"));
  byId("theme").addEventListener("click", () => {
    chosen = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
    attempt(stored.set, chosen);
    applyChoice();
  });
  system.addEventListener("change", applyChoice);
  addEventListener("beforeprint", () => apply("light"));
  addEventListener("afterprint", applyChoice);
  applyChoice();
}

function start() {
  const report = JSON.parse(byId("report").textContent);
  const model = modelOf(report);
  let pad = null;
  listenToTheme(() => pad && paintPad(pad));
  document.body.classList.toggle("bright", !report.has_pad);
  const open = panelOf(report, model);
  showHead(report);
  showTrust(report, open);
  showClusters(report, model, open);
  if (report.has_pad) pad = showPad(report, model);
  showCharts(report.charts);
  showLabels(report);
  showCommand(report);
  showContents();
  showSelfCheck(report, model);
}

start();
