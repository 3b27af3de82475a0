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

function pairs(list, entries) {
  const pair = ([name, ...value]) => make("div", null, make("dt", null, name), make("dd", null, ...value));
  list.replaceChildren(...entries.map(pair));
}

function show(element, isShown) {
  element.hidden = !isShown;
}

// 12.3 %. What is not quite all, or not quite nothing, is not called so.
function percent(share, digits = 1) {
  const unit = NO_BREAK + "%";
  const least = 10 ** -digits;
  if (share > 0 && share * 100 < least / 2) return "< " + least + unit;
  const text = (share * 100).toFixed(digits);
  if (share < 1 && Number(text) === 100) return "> " + (100 - least) + unit;
  return (Number(text) === 100 ? "100" : text) + unit;
}

function nats(value) {
  return value === -Infinity ? "minus infinity" : value.toFixed(1) + NO_BREAK + "nats";
}

// Like 12,345, with thin spaces.
function whole(n) {
  return String(n).replace(/\B(?=(\d{3})+(?!\d))/g, "\u202f");
}

function counted(n, report) {
  return whole(n) + " " + report.sample + (n === 1 ? "" : "s");
}

// "mostly 7", where labels are known.
function mostly(cluster) {
  return cluster.label === null ? null : "mostly " + cluster.label;
}

function named(report, k) {
  const words = mostly(report.clusters[k]);
  return "cluster " + k + (words ? " (" + words + ")" : "");
}

function featureName(report, d) {
  return report.names[d] || report.feature + " " + d;
}

// Images are shown as pictures, rows of a table as bars.
function isTable(report) {
  return report.sample !== "image" || report.height === 1;
}
