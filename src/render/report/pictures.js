// Canvases: ink as black of some opacity on the ground that the style sheet gives, so that light and dark differ in style alone
// and nothing is painted twice.

const MORE = [214, 106, 22];
const LESS = [38, 104, 206];

function canvasOf(height, width, alternative, className) {
  return make("canvas", { role: "img", "aria-label": alternative, class: className, height, width });
}

// Every value becomes a pixel of the colour and opacity that `colour` gives: [red, green, blue, 0 to 1].
function paintPixels(canvas, values, colour) {
  const context = canvas.getContext("2d");
  const image = context.createImageData(canvas.width, canvas.height);
  values.forEach((value, i) => {
    const [red, green, blue, opacity] = colour(value);
    image.data.set([red, green, blue, Math.round(255 * opacity)], 4 * i);
  });
  context.putImageData(image, 0, 0);
}

function inkColour(share) {
  return [0, 0, 0, share];
}

function inkPicture(model, values, alternative) {
  const canvas = canvasOf(model.height, model.width, alternative, "ink");
  paintPixels(canvas, values, inkColour);
  return canvas;
}

function meanPicture(model, k) {
  return inkPicture(model, meanOf(model, k), "Mean of " + named(model, k));
}

// A tile is the ground that a picture lies on, as high and wide as its images are.
function tile(model, canvas) {
  const ground = span("tile on-" + canvas.className, canvas);
  ground.style.aspectRatio = model.width + " / " + model.height;
  return ground;
}

function largestSize(values) {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

function differencePicture(height, width, values, alternative) {
  const most = largestSize(values) || 1;
  const colour = (value) => [...(value > 0 ? MORE : LESS), Math.abs(value) / most];
  const canvas = canvasOf(height, width, alternative, "coloured");
  paintPixels(canvas, values, colour);
  return canvas;
}

// The colours of a difference from -most to most.
function differenceLegend(most) {
  const steps = Float64Array.from({ length: 121 }, (_, i) => i / 60 - 1);
  const scale = differencePicture(1, steps.length, steps, "Colours from blue, less often, to orange, more often");
  scale.classList.add("scale");
  const ends = [signed(-most) + ", less often", "0", signed(most) + ", more often"];
  return make("div", null, scale,
    make("div", { class: "ends small" }, ...ends.map((end) => make("span", null, end))));
}

// A row of a table: a box for every feature, full for a one.
function strip(model, bits) {
  const cell = bits.length > 120 ? 1 : Math.max(3, Math.min(14, Math.floor(360 / bits.length)));
  const gap = cell > 2 ? 1 : 0;
  const canvas = canvasOf(14, bits.length * cell, onesInWords(model, bits), "ink strip");
  const context = canvas.getContext("2d");
  bits.forEach((bit, d) => {
    context.fillStyle = bit ? "#000" : "#0002";
    context.fillRect(d * cell, 0, cell - gap, 14);
  });
  return canvas;
}

function onesInWords(model, bits) {
  const ones = [...bits.keys()].filter((d) => bits[d]);
  const first = ones.slice(0, 12).map((d) => featureName(model, d)).join(", ");
  const more = ones.length > 12 ? " and " + (ones.length - 12) + " more" : "";
  return ones.length === 0 ? "no ones" : "ones: " + first + more;
}

function bar(share, className) {
  const fill = span("fill");
  fill.style.width = 100 * share + "%";
  return make("span", { class: "bar " + (className || ""), "aria-hidden": "true" }, fill);
}

// From the middle to the right for more, to the left for less.
function divergingBar(value, most) {
  const half = (50 * Math.abs(value)) / (most || 1);
  const fill = span(value > 0 ? "fill more" : "fill less");
  fill.style.width = half + "%";
  fill.style.left = (value > 0 ? 50 : 50 - half) + "%";
  return make("span", { class: "bar diverging", "aria-hidden": "true" }, fill);
}
