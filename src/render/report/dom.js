// Small tools for building the page, and the words and numbers that all parts of it use. The policy of the page forbids
// style attributes: styles are set as properties, and only where a number decides them.

const NO_BREAK = "\u00a0";

function byId(id) {
  return document.getElementById(id);
}

// An element with attributes and children; texts become text, null nothing.
function make(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (value !== null && value !== false) element.setAttribute(key, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== false));
  return element;
}

function span(className, ...children) {
  return make("span", { class: className }, ...children);
}

function pressed(action, attributes, ...children) {
  const button = make("button", attributes, ...children);
  button.addEventListener("click", action);
  return button;
}

function onClick(id, action) {
  byId(id).addEventListener("click", action);
}

// The entries of a list of definitions.
function pairs(list, entries) {
  const pair = ([name, ...value]) => make("div", null, make("dt", null, name), make("dd", null, ...value));
  list.replaceChildren(...entries.map(pair));
}

// `value` to so many decimal places. What rounds to zero has no sign.
function fixed(value, places) {
  const text = value.toFixed(places);
  return Number(text) === 0 ? text.replace("-", "") : text;
}

// +0.25, -0.25, 0.00.
function signed(value) {
  const text = fixed(value, 2);
  return Number(text) > 0 ? "+" + text : text;
}

// To three digits: 0.067, 1.6e-9, 0.
function brief(value) {
  return String(Number(value.toPrecision(3)));
}

// 12.3 %. What is not quite all, or not quite nothing, is not called so.
function percent(share, digits = 1) {
  const unit = NO_BREAK + "%";
  const least = 10 ** -digits;
  if (share > 0 && share * 100 < least / 2) return "<" + NO_BREAK + least + unit;
  const text = (share * 100).toFixed(digits);
  if (share < 1 && Number(text) === 100) return ">" + NO_BREAK + (100 - least) + unit;
  return (Number(text) === 100 ? "100" : text) + unit;
}

// "mostly 7", where labels are known.
function mostly(cluster) {
  return cluster.label === null ? null : "mostly " + cluster.label;
}

function named(model, k) {
  const words = mostly(model.clusters[k]);
  return "cluster " + k + (words ? ", " + words : "");
}

function featureName(model, d) {
  // Items are counted from 1, as `--columns` counts.
  return model.names[d] || model.feature + " " + (isTable(model) ? d + 1 : d);
}

// Images are shown as pictures, rows of a table as bars.
function isTable(model) {
  return model.sample !== "image" || model.height === 1;
}
