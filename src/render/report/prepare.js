// From a picture of something drawn to an image like those of the model: what `bmm assign` does to a photo, step by step
// (src/data/photo.rs), so that both see the same bits. A field is {height, width, values}, row by row.

const LONGEST = 128; // larger pictures are averaged down to this
const OUTLIER = 2.5; // so many scales from the paper is no paper
const LEAST_CONTRAST = 16; // grey levels between ink and paper
const SPECK = 0.05; // parts smaller than this share of the largest are dropped
const SIDE = 20 / 28; // of the shorter side of the image, for the longer side of the ink
const MARGIN = 0.2; // ink on more of the edge than this may be a frame
const LEAST_INSIDE = 32; // grey levels of ink inside of a frame
const LEAST_PAPER = 0.3; // of the image is paper inside of a frame
const MOST_OUTSIDE = 0.05; // of what is outside of its rectangle is paper
const LEAST_ALONG = 0.85; // of the sides of its rectangle are paper
const ASLANT = 50; // pixels in which a side of it moves by one
const [LEAST_INK, MOST_INK] = [0.01, 0.5]; // of the rectangle is ink

function rounded(value) {
  return Math.floor(value + 0.5);
}

// The grey image, 0 to 255, that `picture` becomes; null if there is no ink in it.
function prepare(picture, height, width) {
  const longest = Math.max(picture.height, picture.width);
  const photo = longest > LONGEST ? scaled(picture, LONGEST / longest) : picture;
  const ink = inkAlone(smoothed(withoutFrame(photo)));
  return ink && placed(ink, height, width).map(rounded);
}

// The grey values of pixels with an opacity, as src/data/read/alpha.rs has them: of one colour on nothing, a shape, what is opaque
// is ink; several colours stand on black or white, the one that most of the picture differs from.
function withoutAlpha(luma, opacity) {
  if (opacity.every((value) => value === 255)) return { values: luma, isShape: false };
  let [darkest, brightest, sum, weighted] = [255, 0, 0, 0];
  luma.forEach((value, i) => {
    sum += opacity[i];
    weighted += opacity[i] * value;
    if (opacity[i] < 64) return;
    darkest = Math.min(darkest, value);
    brightest = Math.max(brightest, value);
  });
  if (brightest - darkest < 16) return { values: opacity, isShape: true };
  const ground = weighted >= 128 * sum ? 0 : 255;
  const over = (value, i) => Math.floor((value * opacity[i] + ground * (255 - opacity[i]) + 127) / 255);
  return { values: luma.map(over), isShape: false };
}

// Whether most pixels at the edge and most of all are bright, or dark, as asked (src/data/photo/ground.rs). An image that is blank,
// or of less than 8 pixels a side, is neither.
function isPlainly(isBright, { height, width, values }) {
  const isAsked = (value) => (value >= 128) === isBright;
  const mostAre = (pixels) => 2 * pixels.filter(isAsked).length > pixels.length;
  const isBlank = values.every(isAsked);
  return Math.min(height, width) >= 8 && !isBlank && mostAre(values) && mostAre(atEdge(values, width));
}

function atEdge(values, width) {
  const isEdge = (i) => i < width || i >= values.length - width || i % width === 0 || i % width === width - 1;
  return values.filter((_, i) => isEdge(i));
}

// Whether paper with ink on it, bright or dark, lies inside of a frame (src/data/photo/frame.rs).
function isFramed({ height, width, values }) {
  if (Math.min(height, width) < 8) return false;
  return [true, false].some((isBright) => {
    const isPaper = Uint8Array.from(values, (value) => ((value >= 128) === isBright ? 1 : 0));
    if (shareOf(atEdge(isPaper, width)) >= 0.5) return false;
    const row = (y) => isPaper.subarray(y * width, (y + 1) * width);
    const rows = mostOf(Array.from({ length: height }, (_, y) => row(y).reduce(plus, 0)));
    const columns = mostOf(Array.from({ length: width }, (_, x) => isPaper.reduce((sum, v, i) => sum + (i % width === x ? v : 0), 0)));
    const part = ([top, bottom], [left, right]) =>
      Uint8Array.from(Array.from({ length: bottom - top }, (_, y) => Array.from(row(top + y).subarray(left, right))).flat());
    const inset = ([first, end]) => {
      const slope = Math.floor((end - first) / ASLANT);
      return [first + slope, end - slope];
    };
    const inside = part(rows, columns);
    const [nPaper, nInside] = [inside.reduce(plus, 0), inside.length];
    const [across, down] = [inset(columns), inset(rows)];
    const nInk = nInside - nPaper;
    return nInside >= LEAST_PAPER * values.length
      && isPaper.reduce(plus, 0) - nPaper <= MOST_OUTSIDE * (values.length - nInside)
      && shareOf(atEdge(part(down, across), across[1] - across[0])) >= LEAST_ALONG
      && nInk >= LEAST_INK * nInside && nInk <= MOST_INK * nInside;
  });
}

function shareOf(marks) {
  return marks.reduce(plus, 0) / Math.max(1, marks.length);
}

// From the first to behind the last place that counts at least half as much as the one that counts most.
function mostOf(counts) {
  const most = Math.max(1, ...counts);
  const places = [...counts.keys()].filter((place) => 2 * counts[place] >= most);
  return places.length > 0 ? [places[0], places[places.length - 1] + 1] : [0, 0];
}

// Another height and width, each side by a factor of its own.
function resized(field, { height, width }) {
  return transposed(withHeight(transposed(withHeight(field, height)), width)).values;
}

// Both sides times `factor`: every pixel is the mean of the area that it covers.
function scaled(field, factor) {
  const side = (n) => Math.max(1, rounded(n * factor));
  const tall = withHeight(field, side(field.height));
  return transposed(withHeight(transposed(tall), side(field.width)));
}

function withHeight(field, height) {
  const { width, values: source } = field;
  const step = field.height / height;
  const values = new Float64Array(height * width);
  for (let y = 0; y < height; y++) {
    const start = y * step;
    const end = (y + 1) * step;
    for (let from = Math.floor(start); from < Math.min(Math.ceil(end), field.height); from++) {
      const covered = (Math.min(end, from + 1) - Math.max(start, from)) / step;
      for (let x = 0; x < width; x++) values[y * width + x] += covered * source[from * width + x];
    }
  }
  return { height, width, values };
}

function transposed({ height, width, values }) {
  const turned = new Float64Array(values.length);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) turned[x * height + y] = values[i];
  }
  return { height: width, width: height, values: turned };
}

// Pixel minus paper: a plane of grey, fitted again and again to what lies near it, so that light from one side is no ink. Eight
// fits, or fewer if the next one would be the same. What is a frame is no paper from the start.
function beyondPaper(photo, isFrame) {
  let paper = isFrame.map((value) => 1 - value);
  for (let round = 1; ; round++) {
    const plane = planeThrough(photo, paper);
    const residuals = new Float64Array(paper.length);
    eachPlace(photo, (i, x, y) => {
      residuals[i] = photo.values[i] - (plane[0] + plane[1] * x + plane[2] * y);
    });
    const scale = 1.4826 * medianSize(residuals.filter((_, i) => !isFrame[i])) + 1;
    const next = paper.map((_, i) => !isFrame[i] && Math.abs(residuals[i]) < OUTLIER * scale);
    if (round === 8 || next.every((isPaper, i) => isPaper === paper[i])) return { residuals, scale };
    paper = next;
  }
}

function eachPlace({ height, width }, visit) {
  for (let i = 0, n = height * width; i < n; i++) {
    visit(i, ((i % width) + 0.5) / width - 0.5, (Math.floor(i / width) + 0.5) / height - 0.5);
  }
}

// Least squares; a hair more on the diagonal, as a picture one pixel wide has no slope across.
function planeThrough(photo, paper) {
  const rows = [0, 1, 2].map((r) => new Float64Array(4).fill(1e-9, r, r + 1));
  const terms = new Float64Array(4).fill(1);
  eachPlace(photo, (i, x, y) => {
    if (!paper[i]) return;
    terms[1] = x;
    terms[2] = y;
    terms[3] = photo.values[i];
    for (let r = 0; r < 3; r++) for (let c = 0; c < 4; c++) rows[r][c] += terms[r] * terms[c];
  });
  return solved(rows);
}

// Gauss's elimination; the last column is the right side. A positive definite matrix needs no search for pivots.
function solved(rows) {
  rows.forEach((pivot, c) => rows.forEach((row, r) => {
    const factor = r === c ? 0 : row[c] / pivot[c];
    pivot.forEach((value, j) => { row[j] -= factor * value; });
  }));
  return rows.map((row, r) => row[3] / row[r]);
}

// The median of the absolute values, the upper one of two.
function medianSize(values) {
  return values.map(Math.abs).sort()[Math.floor(values.length / 2)] || 0;
}

// How much darker than the paper every pixel is, or brighter, whichever there is more of; 0 in a frame.
function inkOf(photo, isFrame) {
  const { residuals, scale } = beyondPaper(photo, isFrame);
  isFrame.forEach((is, i) => { if (is) residuals[i] = 0; });
  const limit = OUTLIER * scale;
  const squares = (isInk) => residuals.reduce((sum, r) => (isInk(r) ? sum + r * r : sum), 0);
  const isDark = squares((r) => r < -limit) >= squares((r) => r > limit);
  const values = residuals.map((r) => Math.max(isDark ? -r : r, 0));
  return { height: photo.height, width: photo.width, values };
}

function smoothed(field) {
  return transposed(smoothedDown(transposed(smoothedDown(field))));
}

// The mean over three pixels, one above the other; beyond an edge is what lies at it.
function smoothedDown({ height, width, values }) {
  const at = (y, x) => values[Math.min(Math.max(y, 0), height - 1) * width + x];
  const smooth = values.map((value, i) => {
    const y = Math.floor(i / width);
    const x = i % width;
    return (at(y - 1, x) + value + at(y + 1, x)) / 3;
  });
  return { height, width, values: smooth };
}

// The ink without a frame, if there is other ink, away from the edge; the paper is then found anew.
function withoutFrame(photo) {
  const ink = inkOf(photo, new Uint8Array(photo.values.length));
  const frame = frameIn(ink);
  if (!frame) return ink;
  const inside = inkOf(photo, frame);
  return !frameIn(inside) && Math.max(...smoothed(inside).values) >= LEAST_INSIDE ? inside : ink;
}

// The parts of the ink that reach the edge, if that much of it is ink that they may be a frame.
function frameIn(ink) {
  const top = Math.max(...ink.values);
  if (top < LEAST_CONTRAST || Math.min(ink.height, ink.width) < 8) return null;
  const levels = ink.values.map((value) => (value / top) * 255);
  const cut = otsu(levels);
  const isInk = Uint8Array.from(levels, (level) => (level >= cut ? 1 : 0));
  if (shareOf(atEdge(isInk, ink.width)) <= MARGIN) return null;
  return grown(grown(reachingEdge(isInk, ink.width), ink.width), ink.width);
}

// The parts of the ink that reach the edge.
function reachingEdge(isInk, width) {
  const isReached = new Uint8Array(isInk.length);
  const waiting = Array.from(atEdge(Array.from(isInk.keys()), width)).filter((i) => isInk[i]);
  waiting.forEach((i) => { isReached[i] = 1; });
  while (waiting.length > 0) {
    for (const next of around(waiting.pop(), width, isInk.length)) {
      if (!isInk[next] || isReached[next]) continue;
      isReached[next] = 1;
      waiting.push(next);
    }
  }
  return isReached;
}

function grown(kept, width) {
  return kept.map((_, i) => (around(i, width, kept.length).some((near) => kept[near]) ? 1 : 0));
}

// 128 where an edge of ink runs, 255 inside, 0 elsewhere, cut out; null where there is none.
function inkAlone(ink) {
  const top = Math.max(...ink.values);
  if (top < LEAST_CONTRAST) return null;
  const levels = ink.values.map((value) => (value / top) * 255);
  const cut = otsu(levels);
  const kept = withoutSpecks(levels.map((level) => (level >= cut ? 1 : 0)), ink.width);
  // The soft edge of what is kept is one pixel wide after the smoothing.
  const near = grown(kept, ink.width);
  const values = levels.map((level, i) => (near[i] ? Math.min((level * 128) / cut, 255) : 0));
  return cropped({ height: ink.height, width: ink.width, values }, kept);
}

// The cut that maximises the variance between the classes; of several as good ones the middle.
function otsu(levels) {
  const histogram = new Float64Array(256);
  levels.forEach((level) => { histogram[Math.floor(level)] += 1; });
  const total = levels.length;
  const sum = histogram.reduce((sum, n, bin) => sum + n * bin, 0);
  let [below, sumBelow, best, first, last] = [0, 0, 0, 128, 128];
  for (let cut = 1; cut <= 255; cut++) {
    below += histogram[cut - 1];
    sumBelow += histogram[cut - 1] * (cut - 1);
    const above = total - below;
    if (below === 0 || above === 0) continue;
    const gap = (sum - sumBelow) / above - sumBelow / below;
    const between = below * above * (gap * gap);
    if (between > best) [best, first, last] = [between, cut, cut];
    else if (between === best) last = cut;
  }
  return first + Math.floor((last - first) / 2);
}

// A pixel and its up to eight neighbours among `n` pixels.
function around(pixel, width, n) {
  const y = Math.floor(pixel / width);
  const x = pixel % width;
  const places = [];
  for (let v = Math.max(y - 1, 0); v < Math.min(y + 2, n / width); v++) {
    for (let u = Math.max(x - 1, 0); u < Math.min(x + 2, width); u++) places.push(v * width + u);
  }
  return places;
}

// Ink that hangs together, corners included, is a part; small parts are specks.
function withoutSpecks(isInk, width) {
  const partOf = new Int32Array(isInk.length).fill(-1);
  const sizes = [];
  for (let start = 0; start < isInk.length; start++) {
    if (!isInk[start] || partOf[start] >= 0) continue;
    const part = sizes.push(0) - 1;
    const waiting = [start];
    partOf[start] = part;
    while (waiting.length > 0) {
      sizes[part] += 1;
      for (const next of around(waiting.pop(), width, isInk.length)) {
        if (!isInk[next] || partOf[next] >= 0) continue;
        partOf[next] = part;
        waiting.push(next);
      }
    }
  }
  const least = SPECK * Math.max(0, ...sizes);
  return Uint8Array.from(partOf, (part) => (part >= 0 && sizes[part] >= least ? 1 : 0));
}

// The smallest box around what is kept.
function cropped({ width: whole, values }, kept) {
  const places = [...kept.keys()].filter((i) => kept[i]);
  const ends = (of) => places.map(of).reduce(([a, b], v) => [Math.min(a, v), Math.max(b, v)], [Infinity, 0]);
  const [top, bottom] = ends((i) => Math.floor(i / whole));
  const [left, right] = ends((i) => i % whole);
  const rows = [];
  for (let y = top; y <= bottom; y++) rows.push(...values.subarray(y * whole + left, y * whole + right + 1));
  return { height: bottom - top + 1, width: right - left + 1, values: Float64Array.from(rows) };
}

// Scaled, and moved so that the centre of mass lies in the middle; what does not fit is cut off.
function placed(ink, height, width) {
  const side = rounded(SIDE * Math.min(height, width));
  const small = scaled(ink, side / Math.max(ink.height, ink.width));
  const [y, x] = centreOfMass(small);
  const down = Math.ceil(height / 2 - y);
  const right = Math.ceil(width / 2 - x);
  return new Float64Array(height * width).map((_, i) => {
    const v = Math.floor(i / width) - down;
    const u = (i % width) - right;
    const isInside = v >= 0 && v < small.height && u >= 0 && u < small.width;
    return isInside ? small.values[v * small.width + u] : 0;
  });
}

function centreOfMass({ width, values }) {
  let [total, down, right] = [0, 0, 0];
  values.forEach((value, i) => {
    total += value;
    down += value * (Math.floor(i / width) + 0.5);
    right += value * ((i % width) + 0.5);
  });
  return [down / total, right / total];
}
