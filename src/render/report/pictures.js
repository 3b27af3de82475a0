// Canvases: ink as black of some opacity on the ground that the style sheet gives, so that light and dark, screen and
// paper differ in style alone and nothing is painted twice.

const MORE = [214, 106, 22];
const LESS = [38, 104, 206];

function canvasOf(height, width, alternative, paint) {
  const canvas = make("canvas", { role: "img", "aria-label": alternative, class: "ink" });
  canvas.height = height;
  canvas.width = width;
  paint(canvas);
  return canvas;
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
  return canvasOf(model.height, model.width, alternative, (canvas) => paintPixels(canvas, values, inkColour));
}

function meanPicture(report, model, k) {
  return inkPicture(model, meanOf(model, k), "Mean of " + named(report, k));
}

// A tile is the ground that a picture lies on, as high and wide as its images are.
function tile(model, canvas) {
  const ground = make("span", { class: "tile" }, canvas);
  ground.style.aspectRatio = model.width + " / " + model.height;
  return ground;
}

function largestSize(values) {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

function differencePicture(model, values, alternative) {
  const most = largestSize(values) || 1;
  const colour = (value) => [...(value > 0 ? MORE : LESS), Math.abs(value) / most];
  const canvas = canvasOf(model.height, model.width, alternative, (c) => paintPixels(c, values, colour));
  canvas.className = "coloured";
  return canvas;
}

// The colours of a difference from -most to most.
function differenceLegend(most) {
  const steps = Float64Array.from({ length: 121 }, (_, i) => i / 60 - 1);
  const colour = (value) => [...(value > 0 ? MORE : LESS), Math.abs(value)];
  const name = "Colours from blue, less often, to orange, more often";
  const scale = canvasOf(1, steps.length, name, (canvas) => paintPixels(canvas, steps, colour));
  scale.className = "scale";
  const ends = ["-" + most.toFixed(2), "0", "+" + most.toFixed(2)];
  return make("div", { class: "legend" }, scale,
    make("div", { class: "ends" }, ...ends.map((end) => make("span", null, end))),
    make("div", { class: "ends" }, make("span", null, "less often"), make("span", null, "more often")));
}

// The means of many features side by side, as columns that stand on the lower edge.
function profilePicture(report, model, k) {
  const height = 40;
  const mean = meanOf(model, k);
  const paint = (canvas) => {
    const context = canvas.getContext("2d");
    mean.forEach((value, d) => context.fillRect(d, height * (1 - value), 1, height * value));
  };
  const canvas = canvasOf(height, mean.length, "Means of " + named(report, k) + ", a column each", paint);
  canvas.classList.add("profile");
  return canvas;
}

// A row of a table: a box for every feature, full for a one.
function strip(report, bits) {
  const cell = bits.length > 120 ? 1 : Math.max(3, Math.min(14, Math.floor(360 / bits.length)));
  const gap = cell > 2 ? 1 : 0;
  const paint = (canvas) => {
    const context = canvas.getContext("2d");
    bits.forEach((bit, d) => {
      context.fillStyle = bit ? "rgb(0 0 0 / 1)" : "rgb(0 0 0 / .1)";
      context.fillRect(d * cell, 0, cell - gap, 14);
    });
  };
  const canvas = canvasOf(14, bits.length * cell, onesInWords(report, bits), paint);
  canvas.classList.add("strip");
  return canvas;
}

function onesInWords(report, bits) {
  const ones = [...bits.keys()].filter((d) => bits[d]);
  const first = ones.slice(0, 12).map((d) => featureName(report, d)).join(", ");
  const more = ones.length > 12 ? " and " + (ones.length - 12) + " more" : "";
  return ones.length === 0 ? "no ones" : "ones: " + first + more;
}

function bar(share, className) {
  const fill = make("span", { class: "fill" });
  fill.style.width = 100 * share + "%";
  return make("span", { class: "bar " + (className || ""), "aria-hidden": "true" }, fill);
}

// From the middle to the right for more, to the left for less.
function divergingBar(value, most) {
  const half = (50 * Math.abs(value)) / (most || 1);
  const fill = make("span", { class: value > 0 ? "fill more" : "fill less" });
  fill.style.width = half + "%";
  fill.style.left = (value > 0 ? 50 : 50 - half) + "%";
  return make("span", { class: "bar diverging", "aria-hidden": "true" }, fill);
}
