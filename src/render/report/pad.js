// The pad: strokes, a picture or a stored image. What lies on it is a list of items, never changed but replaced, so that undo is
// the list before. An item has `points` (a stroke), `bits` (a stored image) or a `picture` with its `grey`.

const PEN = 25; // of a pad with sides of 336: a digit drawn at two thirds of it gets the strokes of MNIST
const PAD_SIDE = 336;

// `onChange(grey)` hears what the model is to see: undefined of an empty pad, null if there is no ink.
function padOf(model, onChange) {
  const canvas = byId("pad");
  const unit = PAD_SIDE / Math.max(model.height, model.width);
  canvas.height = Math.round(unit * model.height);
  canvas.width = Math.round(unit * model.width);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const pad = { model, canvas, context, items: [], before: [] };
  pad.show = () => {
    byId("undo").disabled = pad.before.length === 0;
    byId("clear").disabled = pad.items.length === 0;
    byId("pad-hint").hidden = pad.items.length > 0;
    paintPad(pad);
    onChange(seenOn(pad));
  };
  pad.put = (...items) => {
    pad.before.push(pad.items);
    pad.items = items;
    pad.show();
  };
  onClick("undo", () => {
    pad.items = pad.before.pop();
    pad.show();
  });
  onClick("clear", () => pad.put());
  listenToPen(pad);
  pad.show();
  return pad;
}

function listenToPen(pad) {
  const { canvas } = pad;
  let stroke = null;
  let isWaiting = false;
  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * canvas.width;
    return [x, ((event.clientY - box.top) / box.height) * canvas.height];
  };
  // Many movements of a pen make one picture, drawn when the screen is.
  const showSoon = () => {
    if (!isWaiting) requestAnimationFrame(() => {
      isWaiting = false;
      if (stroke) pad.show();
    });
    isWaiting = true;
  };
  canvas.addEventListener("pointerdown", (event) => {
    if (!event.isPrimary || event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    stroke = [place(event)];
    pad.put(...pad.items, { points: stroke });
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!stroke) return;
    const events = event.getCoalescedEvents?.() || [];
    stroke.push(...(events.length > 0 ? events : [event]).map(place));
    showSoon();
  });
  const end = () => {
    if (stroke) pad.show();
    stroke = null;
  };
  canvas.addEventListener("pointerup", end);
  canvas.addEventListener("pointercancel", end);
}

// Ground and ink in the colours of the page; on a bright picture ink is dark, on a dark one bright.
function paintPad({ canvas, context, items }) {
  const style = getComputedStyle(document.documentElement);
  const [ground, ink] = ["--paper", "--ink"].map((name) => style.getPropertyValue(name).trim());
  context.fillStyle = ground;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = context.strokeStyle = ink;
  for (const { points, bits, picture, isBright } of items) {
    if (points) paintStroke(context, points);
    if (bits) paintBits(canvas, context, bits);
    if (picture) paintContained(canvas, context, picture);
    if (picture) context.strokeStyle = isBright ? "#000" : "#fff";
  }
}

function paintStroke(context, points) {
  context.lineWidth = PEN;
  context.lineCap = context.lineJoin = "round";
  context.beginPath();
  context.moveTo(...points[0]);
  points.slice(1).forEach(([x, y], i) => {
    const [u, v] = points[i];
    context.quadraticCurveTo(u, v, (x + u) / 2, (y + v) / 2);
  });
  context.lineTo(...points[points.length - 1]);
  context.stroke();
}

function paintContained(canvas, context, picture) {
  const scale = Math.min(canvas.width / picture.width, canvas.height / picture.height);
  const [width, height] = [picture.width * scale, picture.height * scale];
  context.imageSmoothingEnabled = scale < 1;
  context.drawImage(picture, (canvas.width - width) / 2, (canvas.height - height) / 2, width, height);
}

function paintBits(canvas, context, { values, width }) {
  const unit = canvas.width / width;
  values.forEach((bit, i) => {
    if (bit) context.fillRect((i % width) * unit, Math.floor(i / width) * unit, unit, unit);
  });
}

// A stored image is seen as it is, and so is a shape of the right size. Another picture of that size is inverted if the model says
// so, unless it has the other ground or a frame. Those and pictures of another size are cut out, or scaled if the model says so. A
// picture counts by its own pixels; as soon as there are strokes, what is on the pad counts.
function seenOn({ model, canvas, context, items }) {
  const { height, width } = model;
  if (items.length === 0) return undefined;
  const { bits, grey } = items[items.length - 1];
  if (bits) return bits.values.map((bit) => 255 * bit);
  const fits = grey && grey.height === height && grey.width === width;
  if (fits && grey.isShape) return grey.values;
  const isOther = fits && !model.scaled && (isPlainly(!model.inverted, grey) || isFramed(grey));
  if (fits && !isOther) return inInk(grey.values, model);
  const picture = grey || greyOf(context, canvas);
  return model.scaled ? scaledAsAWhole(picture, !grey, model) : prepare(picture, height, width);
}

// The picture at the size of the model. What is drawn here is dark on bright or bright on dark, as the page is.
function scaledAsAWhole(picture, isDrawn, model) {
  if (picture.isShape) return resized(picture, model).map(rounded);
  const isBright = picture.values.reduce(plus, 0) > 127 * picture.values.length;
  return inInk(resized(picture, model).map(rounded), isDrawn ? { inverted: isBright } : model);
}

// The values of a picture of the model's size, bright where there is ink.
function inInk(values, { inverted }) {
  return inverted ? values.map((value) => 255 - value) : values;
}

// Grey as the program reads colours: the luma of the image crate, whole numbers.
function greyOf(context, { height, width }) {
  const { data } = context.getImageData(0, 0, width, height);
  const luma = new Uint8Array(height * width);
  const opacity = new Uint8Array(height * width);
  for (let i = 0, j = 0; i < luma.length; i++, j += 4) {
    luma[i] = Math.floor((2126 * data[j] + 7152 * data[j + 1] + 722 * data[j + 2]) / 10000);
    opacity[i] = data[j + 3];
  }
  return { height, width, ...withoutAlpha(luma, opacity) };
}

async function putPicture(pad, file) {
  const status = byId("pad-status");
  try {
    const bitmap = await createImageBitmap(file, { colorSpaceConversion: "none" });
    const picture = make("canvas");
    picture.height = bitmap.height;
    picture.width = bitmap.width;
    const context = picture.getContext("2d", { willReadFrequently: true });
    context.drawImage(bitmap, 0, 0);
    const grey = greyOf(context, picture);
    paintGrey(context, grey);
    const isBright = grey.values.reduce(plus, 0) > 127 * grey.values.length;
    status.textContent = file.name + ", " + grey.height + " x " + grey.width;
    pad.put({ picture, grey, isBright });
  } catch {
    status.textContent = "This is no picture that the browser can read.";
  }
}

// Paints what was made of a picture with transparent parts: white on nothing would not be seen on a white pad.
function paintGrey(context, { height, width, values }) {
  const image = context.getImageData(0, 0, width, height);
  if (values.every((_, i) => image.data[4 * i + 3] === 255)) return;
  values.forEach((value, i) => image.data.set([value, value, value, 255], 4 * i));
  context.putImageData(image, 0, 0);
}

// Files arrive by choice, by drop and by paste.
function listenToFiles(pad) {
  const sheet = byId("sheet");
  const take = (files) => files.length > 0 && putPicture(pad, files[0]);
  byId("picture").addEventListener("change", (event) => {
    take(event.target.files);
    event.target.value = "";
  });
  const over = (isOver) => (event) => {
    event.preventDefault();
    sheet.classList.toggle("over", isOver);
  };
  sheet.addEventListener("dragover", over(true));
  sheet.addEventListener("dragleave", over(false));
  sheet.addEventListener("drop", (event) => {
    over(false)(event);
    take(event.dataTransfer.files);
  });
  document.addEventListener("paste", (event) => take(event.clipboardData.files));
}
