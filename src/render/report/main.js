// The start: light or dark, then every part of the page.

// The choice of the reader, else that of the system; paper is always white. Nothing is stored.
function listenToTheme(onChange) {
  const system = matchMedia("(prefers-color-scheme: dark)");
  let chosen = null;
  const apply = (theme) => {
    document.documentElement.dataset.theme = theme;
    byId("theme").setAttribute("aria-checked", theme === "dark");
    onChange();
  };
  const applyChoice = () => apply(chosen || (system.matches ? "dark" : "light"));
  onClick("theme", () => {
    chosen = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
    applyChoice();
  });
  system.addEventListener("change", applyChoice);
  addEventListener("beforeprint", () => apply("light"));
  addEventListener("afterprint", applyChoice);
  applyChoice();
}

function start() {
  const model = modelOf(JSON.parse(byId("report").textContent));
  let pad = null;
  listenToTheme(() => pad && paintPad(pad));
  document.body.classList.toggle("bright", !model.has_pad);
  const open = panelOf(model);
  showHead(model);
  showTrust(model, open);
  showClusters(model, open);
  if (model.has_pad) pad = showPad(model);
  showCharts(model.charts);
  showLabels(model);
  showCommand(model);
  showContents();
  showSelfCheck(model);
}

start();
