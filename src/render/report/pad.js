// The pad: strokes, a picture or a stored image, and every step back. What lies on it is a list of items, never changed but
// replaced, so that undo is the list before. `onChange(grey, isSettled)` hears what the model is to see.

const PEN = 0.075; // of the longer side of the pad: a digit drawn at two thirds of it gets the strokes of MNIST
const PAD_SIDE = 336;

function padOf(model, onChange) {
  const canvas = byId("pad");
  const unit = PAD_SIDE / Math.max(model.height, model.width);
  canvas.height = Math.round(unit * model.height);
  canvas.width = Math.round(unit * model.width);
  byId("sheet").style.aspectRatio = canvas.width + " / " + canvas.height;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const pad = { model, canvas, context, items: [], before: [], isWaiting: false };
  pad.tell = (isSettled) => {
    paintPad(pad);
    onChange(pad.items.length ? seenOn(pad) : undefined, isSettled);
  };
  pad.put = (items, isSettled = true) => {
    pad.before.push(pad.items);
    pad.items = items;
    refresh(pad, isSettled);
  };
  byId("undo").addEventListener("click", () => {
    pad.items = pad.before.pop();
    refresh(pad, true);
  });
  byId("clear").addEventListener("click", () => pad.put([]));
  listenToPen(pad);
  refresh(pad, true);
  return pad;
}

function refresh(pad, isSettled) {
  byId("undo").disabled = pad.before.length === 0;
  byId("clear").disabled = pad.items.length === 0;
  show(byId("pad-hint"), pad.items.length === 0);
  if (isSettled) pad.tell(true);
  else soon(pad);
}

// Many movements of a pen make one picture, drawn when the screen is.
function soon(pad) {
  if (pad.isWaiting) return;
  pad.isWaiting = true;
  requestAnimationFrame(() => {
    pad.isWaiting = false;
    pad.tell(false);
  });
}

function listenToPen(pad) {
  const { canvas } = pad;
  let stroke = null;
  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * canvas.width;
    return [x, ((event.clientY - box.top) / box.height) * canvas.height];
  };
  canvas.addEventListener("pointerdown", (event) => {
    if (!event.isPrimary || event.button !== 0) return;
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    stroke = { points: [place(event)] };
    pad.put([...pad.items, stroke], false);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!stroke) return;
    const events = event.getCoalescedEvents ? event.getCoalescedEvents() : [];
    stroke.points.push(...(events.length ? events : [event]).map(place));
    soon(pad);
  });
  const end = () => {
    if (stroke) pad.tell(true);
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
  let pen = ink;
  for (const item of items) {
    if (item.picture) {
      paintContained(canvas, context, item.picture);
      pen = item.isBright ? "#000" : "#fff";
    } else if (item.bits) {
      paintBits(canvas, context, item.bits, ink);
    } else {
      paintStroke(context, item.points, pen);
    }
  }
}

function paintStroke(context, points, pen) {
  context.strokeStyle = pen;
  context.lineWidth = PEN * PAD_SIDE;
  context.lineCap = context.lineJoin = "round";
  context.beginPath();
  context.moveTo(...points[0]);
  for (let i = 1; i < points.length; i++) {
    const [[x, y], [u, v]] = [points[i - 1], points[i]];
    context.quadraticCurveTo(x, y, (x + u) / 2, (y + v) / 2);
  }
  context.lineTo(...points[points.length - 1]);
  context.stroke();
}

function paintContained(canvas, context, picture) {
  const scale = Math.min(canvas.width / picture.width, canvas.height / picture.height);
  const [width, height] = [picture.width * scale, picture.height * scale];
  context.imageSmoothingEnabled = scale < 1;
  context.drawImage(picture, (canvas.width - width) / 2, (canvas.height - height) / 2, width, height);
}

function paintBits(canvas, context, { values, width }, ink) {
  const unit = canvas.width / width;
  context.fillStyle = ink;
  values.forEach((bit, i) => {
    if (bit) context.fillRect((i % width) * unit, Math.floor(i / width) * unit, unit, unit);
  });
}

// A stored image and a picture of the right size are seen as they are, another picture by its own pixels; as soon as there are
// strokes, what is on the pad counts. Null: no ink.
function seenOn({ model, canvas, context, items }) {
  const { height, width } = model;
  const item = items[0];
  if (items.length > 1 || item.points) {
    return prepare(greyOf(context, canvas.height, canvas.width), height, width);
  }
  if (item.bits) return item.bits.values.map((bit) => 255 * bit);
  const isFitting = item.grey.height === height && item.grey.width === width;
  return isFitting ? item.grey.values : prepare(item.grey, height, width);
}

// Grey as the program reads colours: the luma of the image crate, over white, whole numbers.
function greyOf(context, height, width) {
  const { data } = context.getImageData(0, 0, width, height);
  const values = new Uint8Array(height * width);
  for (let i = 0, j = 0; i < values.length; i++, j += 4) {
    const luma = Math.floor((2126 * data[j] + 7152 * data[j + 1] + 722 * data[j + 2]) / 10000);
    values[i] = Math.floor((luma * data[j + 3] + 255 * (255 - data[j + 3]) + 127) / 255);
  }
  return { height, width, values };
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
    const grey = greyOf(context, picture.height, picture.width);
    const isBright = grey.values.reduce((sum, value) => sum + value, 0) > 127 * grey.values.length;
    status.textContent = (file.name || "picture") + ", " + grey.height + " x " + grey.width;
    pad.put([{ picture, grey, isBright }]);
  } catch {
    status.textContent = "This is no picture that the browser can read.";
  }
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
