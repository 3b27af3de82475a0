// Opens a report.html in Chromium and uses it as a reader would: with a mouse, with the keyboard alone, on a phone, on paper.
//
//   npm install --no-package-lock
//   BMM_REPORT=/path/to/report.html node --test
//
// CHROMIUM names another browser than /usr/bin/chromium. The report may be of images (with or without the pad) or of a table.
// With the pad, cargo runs the program on the model.bmm beside the page, to hold the page to it.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { deflateSync } from "node:zlib";
import { chromium } from "playwright-core";

assert.ok(process.env.BMM_REPORT, "BMM_REPORT names the report.html to open");
const address = pathToFileURL(process.env.BMM_REPORT).href;
const executablePath = process.env.CHROMIUM || "/usr/bin/chromium";
const args = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"];

let browser;
before(async () => {
  browser = await chromium.launch({ executablePath, args });
});
after(() => browser?.close());

// A page, and everything that it complained about or asked for.
async function opened(options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, colorScheme: "light", ...options });
  const page = await context.newPage();
  const seen = { requests: [], complaints: [] };
  page.on("request", (request) => seen.requests.push(request.url()));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) seen.complaints.push(message.text());
  });
  page.on("pageerror", (error) => seen.complaints.push(String(error)));
  await page.addInitScript(() => {
    addEventListener("securitypolicyviolation", (event) => console.error("policy: " + event.violatedDirective));
  });
  await page.goto(address);
  return { page, seen, close: () => context.close() };
}

// Runs `action` on a fresh page, which must stay silent.
async function quietly(action, options) {
  const { page, seen, close } = await opened(options);
  await action(page, seen);
  assert.deepEqual(seen.complaints, []);
  await close();
}

const hasPad = (page) => page.locator("#try").isVisible();
const dataOf = (page) => page.evaluate(() => JSON.parse(document.getElementById("report").textContent));

// Strokes on the pad, each a list of points from 0 to 1.
async function draw(page, ...strokes) {
  await page.locator("#pad").scrollIntoViewIfNeeded();
  const box = await page.locator("#pad").boundingBox();
  const place = ([x, y]) => [box.x + x * box.width, box.y + y * box.height];
  for (const [first, ...rest] of strokes) {
    await page.mouse.move(...place(first));
    await page.mouse.down();
    for (const point of rest) await page.mouse.move(...place(point), { steps: 12 });
    await page.mouse.up();
  }
}

// A grey PNG by hand, so that the test needs no other package; with `opacity` it has an alpha channel.
function png(height, width, grey, opacity) {
  const pixel = (y, x) => (opacity ? [grey(y, x), opacity(y, x)] : [grey(y, x)]);
  const rows = Buffer.concat(Array.from({ length: height }, (_, y) =>
    Buffer.from([0, ...Array.from({ length: width }, (_, x) => pixel(y, x)).flat()])));
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head[8] = 8;
  head[9] = opacity ? 4 : 0;
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const chunks = [["IHDR", head], ["IDAT", deflateSync(rows)], ["IEND", Buffer.alloc(0)]];
  return Buffer.concat([signature, ...chunks.map(([name, body]) => chunk(name, body))]);
}

function chunk(name, body) {
  const content = Buffer.concat([Buffer.from(name, "latin1"), body]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(body.length);
  check.writeUInt32BE(crc(content));
  return Buffer.concat([length, content, check]);
}

function crc(bytes) {
  let value = 0xffffffff;
  for (const byte of bytes) {
    value ^= byte;
    for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ (value & 1 ? 0xedb88320 : 0);
  }
  return ~value >>> 0;
}

// An upright stroke, dark on paper that is lit from one side.
const photoOfOne = png(180, 150, (y, x) => (x > 68 && x < 80 && y > 30 && y < 150 ? 40 : 170 + Math.floor(x / 3)));

// The same numbers from 0 to 1 in every run.
function numbers(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

// Three strokes with a soft edge, anywhere on paper lit from one side, with noise; every third one is light on dark.
function photo(seed) {
  const random = numbers(seed);
  const between = (low, high) => low + random() * (high - low);
  const [height, width] = [90, 90].map((least) => Math.floor(between(least, 240)));
  const size = Math.min(height, width) * between(0.4, 0.8);
  const [top, left] = [height, width].map((side) => random() * (side - size));
  const points = Array.from({ length: 4 }, () => [top + random() * size, left + random() * size]);
  const [reach, slope, noise] = [size * between(0.04, 0.1), between(-40, 40), between(0, 12)];
  const [paper, pen] = seed % 3 === 0 ? [50, 210] : [200, 50];
  return png(height, width, (y, x) => {
    const away = Math.min(...points.slice(1).map((end, i) => distance([y, x], points[i], end)));
    const ink = Math.min(1, Math.max(0, reach - away + 0.5));
    const light = slope * (x / width - 0.5) + noise * (random() - 0.5);
    return Math.round(Math.min(255, Math.max(0, paper + (pen - paper) * ink + light)));
  });
}

// A bar on paper of the model's size and on no paper at all: dark on bright, in a frame, one colour on nothing, several colours on
// nothing.
function others(height, width) {
  const isBar = (side) => (y, x) => Math.abs(2 * x - side) < side / 6 && y > side / 5 && y < (4 * side) / 5;
  const [small, large] = [isBar(width), isBar(60)];
  const tones = (y) => (y % 2 ? 0 : 70);
  const opaque = (isInk) => (y, x) => (isInk(y, x) ? 255 : 0);
  const isFrame = (y, x, side, margin) => [y, x].some((at) => at < margin || at >= side - margin);
  return Object.entries({
    "dark-on-bright": png(height, width, (y, x) => (small(y, x) ? 20 : 240)),
    "bright-on-dark": png(height, width, (y, x) => (small(y, x) ? 240 : 20)),
    "in-a-frame": png(height, width, (y, x) => (small(y, x) ? 60 : isFrame(y, x, height, 2) ? 10 : 240)),
    "large-in-a-frame": png(60, 60, (y, x) => (large(y, x) ? 60 : isFrame(y, x, 60, 5) ? 10 : 240)),
    "white-on-nothing": png(height, width, () => 255, opaque(small)),
    "black-on-nothing": png(height, width, () => 0, opaque(small)),
    "tones-on-nothing": png(height, width, tones, opaque(small)),
    "large-on-nothing": png(60, 60, () => 255, opaque(large)),
    "large-tones-on-nothing": png(60, 60, tones, opaque(large)),
  }).map(([name, buffer]) => ({ name: `${name}.png`, buffer }));
}

// From a point to a stroke between two others.
function distance([y, x], [y0, x0], [y1, x1]) {
  const [dy, dx] = [y1 - y0, x1 - x0];
  const along = Math.min(1, Math.max(0, ((y - y0) * dy + (x - x0) * dx) / (dy * dy + dx * dx)));
  return Math.hypot(y - y0 - along * dy, x - x0 - along * dx);
}

// What `bmm assign` says of the pictures, by the model beside the page: for each its cluster and log p(x).
function assigned(folder, names) {
  const manifest = fileURLToPath(new URL("../../Cargo.toml", import.meta.url));
  const model = dirname(fileURLToPath(address));
  const command = ["run", "--release", "--quiet", "--manifest-path", manifest, "--", "assign", "--format", "csv"];
  const text = execFileSync("cargo", [...command, "--model", model, ...names], { cwd: folder, encoding: "utf8", stdio: "pipe" });
  const [head, ...rows] = text.trim().split("\n").map((line) => line.split(","));
  const [cluster, logProb] = ["cluster", "log_likelihood"].map((name) => head.indexOf(name));
  return rows.map((row) => ({ cluster: row[cluster], logProb: Number(row[logProb]) }));
}

describe("the page", () => {
  test("asks for nothing but itself and breaks no policy", () => quietly(async (page, seen) => {
    await page.waitForLoadState("networkidle");
    const asked = seen.requests.filter((url) => !/^(data|blob):/.test(url));
    assert.deepEqual(asked, [address]);
    const policy = await page.locator("meta[http-equiv]").getAttribute("content");
    assert.match(policy, /^default-src 'none'/);
    assert.doesNotMatch(policy, /unsafe|https?:/);
  }));

  test("scores as the program does", () => quietly(async (page) => {
    const check = page.locator("#self-check");
    assert.equal(await check.getAttribute("data-passed"), "true", await check.textContent());
    assert.match(await check.textContent(), /^This page scores \d+ stored \w+ as the program does/);
  }));

  test("a policy that is broken would be noticed", async () => {
    const { page, seen, close } = await opened();
    await page.evaluate(() => {
      document.body.insertAdjacentHTML("beforeend", '<p style="color: red">x</p>');
    });
    assert.ok(seen.complaints.length > 0);
    await close();
  });

  test("says what was fitted, and how far to trust it", () => quietly(async (page) => {
    const report = await dataOf(page);
    assert.equal(await page.locator("h1").textContent(), report.title);
    assert.equal(await page.title(), report.title);
    assert.equal(await page.locator("#facts dt").count(), report.facts.length);
    assert.equal(await page.locator("#trust-line").textContent(), report.trust.line);
    assert.equal(await page.locator(".finding").count(), report.trust.findings.length);
    assert.equal(await page.locator("#synthetic").isVisible(), Boolean(report.synthetic));
    assert.equal(await page.locator("#command").textContent(), report.command);
    assert.equal(await page.locator(".card").count(), report.clusters.length);
    assert.equal(await page.locator("#chart-list img").count(), report.charts.length);
    const drawn = await page.locator("#chart-list img").evaluateAll((images) => images.map((image) => image.naturalWidth));
    assert.ok(drawn.every((width) => width > 0), `charts of width ${drawn}`);
  }));

  test("has a text for every picture, and one name for every control", () => quietly(async (page) => {
    await page.locator(".card").first().click();
    const nameless = await page.evaluate(() => {
      const isBare = (element) => !(element.getAttribute("alt") || element.getAttribute("aria-label"));
      const pictures = [...document.querySelectorAll("img, canvas")].filter(isBare);
      const buttons = [...document.querySelectorAll("button")].filter((b) =>
        !b.textContent.trim() && !b.getAttribute("aria-label") && !b.querySelector("[aria-label]"));
      const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
      const twice = ids.filter((id, i) => ids.indexOf(id) !== i);
      const cells = [...document.querySelectorAll("th:not([scope])")];
      return [...pictures, ...buttons, ...cells].map((element) => element.outerHTML).concat(twice);
    });
    assert.deepEqual(nameless, []);
    const strayRole = await page.locator("canvas:not([role=img])").count();
    assert.equal(strayRole, 0);
  }));
});

describe("a cluster's panel", () => {
  test("opens by keyboard, closes by Escape, and gives the focus back: every one", () => quietly(async (page) => {
    const n = await page.locator(".card").count();
    await page.locator("nav a", { hasText: "Clusters" }).focus();
    await page.keyboard.press("Enter");
    for (let k = 0; k < n; k++) {
      await page.keyboard.press("Tab");
      const focused = await page.evaluate(() => document.activeElement.dataset.cluster);
      assert.equal(focused, String(k));
      await page.keyboard.press("Enter");
      assert.ok(await page.locator("dialog[open]").isVisible());
      assert.match(await page.locator("#panel-title").textContent(), new RegExp(`^cluster ${k}\\b`));
      await page.keyboard.press("Escape");
      assert.equal(await page.locator("dialog[open]").count(), 0);
      assert.equal(await page.evaluate(() => document.activeElement.dataset.cluster), String(k));
    }
  }));

  test("goes on by arrow keys, all the way round", () => quietly(async (page) => {
    const n = await page.locator(".card").count();
    const title = async () => (await page.locator("#panel-title").textContent()).match(/^cluster (\d+)/)[1];
    await page.locator(".card").first().press("Enter");
    await page.keyboard.press("ArrowLeft");
    assert.equal(await title(), String(n - 1));
    await page.keyboard.press("ArrowRight");
    assert.equal(await title(), "0");
    await page.locator("#panel-next").click();
    assert.equal(await title(), String(1 % n));
    await page.locator("#panel-close").click();
    assert.equal(await page.evaluate(() => document.activeElement.dataset.cluster), String(1 % n));
  }));

  test("shows all stored members", () => quietly(async (page) => {
    const { members } = (await dataOf(page)).clusters[0];
    const n = members.typical.length + members.odd.length + members.undecided.length;
    await page.locator(".card").first().click();
    assert.equal(await page.locator(".group figure").count(), n);
  }));
});

describe("the pad", () => {
  const withPad = (action, options) => async (t) => {
    await quietly(async (page) => {
      if (!(await hasPad(page))) return t.skip("this report has no pad");
      await action(page, await dataOf(page));
    }, options);
  };
  const verdict = (page) => page.locator("#verdict");

  for (const colorScheme of ["light", "dark"]) {
    test(`puts a drawn 1 where ones are, on a ${colorScheme} page`, withPad(async (page, report) => {
      await draw(page, [[0.5, 0.2], [0.5, 0.8]]);
      if (report.labels.includes("1")) assert.equal(await verdict(page).getAttribute("data-label"), "1");
      assert.match(await verdict(page).textContent(), /^cluster \d+/);
      const lines = Math.min(5, report.clusters.length);
      assert.equal(await page.locator("#ranking li").count(), lines);
      assert.match(await page.locator("#measures").textContent(), /log p-\d/);
      const shape = await page.locator("#seen").evaluate((canvas) => {
        const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        const places = [...Array(canvas.width * canvas.height).keys()].filter((i) => data[4 * i + 3] > 0);
        const side = (of) => 1 + Math.max(...places.map(of)) - Math.min(...places.map(of));
        return { high: side((i) => Math.floor(i / canvas.width)), wide: side((i) => i % canvas.width) };
      });
      assert.ok(shape.high > 3 * shape.wide, JSON.stringify(shape));
    }, { colorScheme }));
  }

  test("undoes stroke by stroke, clears, and undoes that", withPad(async (page) => {
    const ones = async () => page.locator("#seen").getAttribute("aria-label");
    const empty = await ones();
    await draw(page, [[0.5, 0.2], [0.5, 0.8]]);
    const one = await ones();
    await draw(page, [[0.2, 0.5], [0.8, 0.5]]);
    assert.notEqual(await ones(), one);
    await page.locator("#undo").click();
    assert.equal(await ones(), one);
    await page.locator("#clear").click();
    assert.equal(await ones(), empty);
    assert.equal(await page.locator("#ranking li").count(), 0);
    await page.locator("#undo").click();
    assert.equal(await ones(), one);
  }));

  test("takes a picture that is chosen", withPad(async (page, report) => {
    await page.locator("#picture").setInputFiles({ name: "one.png", mimeType: "image/png", buffer: photoOfOne });
    await page.locator("#verdict[data-cluster]:not([data-cluster=''])").waitFor();
    if (report.labels.includes("1")) assert.equal(await verdict(page).getAttribute("data-label"), "1");
    assert.match(await page.locator("#pad-status").textContent(), /one\.png, 180 x 150/);
  }));

  test("takes a picture that is dropped", withPad(async (page, report) => {
    await page.evaluate((base64) => {
      const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([bytes], "dropped.png", { type: "image/png" }));
      document.getElementById("sheet").dispatchEvent(new DragEvent("drop", { dataTransfer, cancelable: true }));
    }, photoOfOne.toString("base64"));
    await page.locator("#verdict[data-cluster]:not([data-cluster=''])").waitFor();
    if (report.labels.includes("1")) assert.equal(await verdict(page).getAttribute("data-label"), "1");
  }));

  test("sees in a photo what the program sees", withPad(async (page, { height, width }) => {
    const folder = mkdtempSync(join(tmpdir(), "bmm-photos-"));
    try {
      const photos = Array.from({ length: 30 }, (_, i) => ({ name: `photo-${i}.png`, buffer: photo(i + 1) }));
      photos.push(...others(height, width));
      photos.forEach(({ name, buffer }) => writeFileSync(join(folder, name), buffer));
      const expected = assigned(folder, photos.map(({ name }) => name));
      assert.equal(expected.length, photos.length);
      for (const [i, { name, buffer }] of photos.entries()) {
        await page.locator("#picture").setInputFiles({ name, mimeType: "image/png", buffer });
        await page.locator("#pad-status", { hasText: `${name},` }).waitFor();
        const { cluster, logProb } = expected[i];
        assert.equal(await verdict(page).getAttribute("data-cluster"), cluster, name);
        // One pixel more or less is nearly always far more than the digits that are shown.
        const shown = /log p(-[\d.]+)/.exec(await page.locator("#measures").textContent());
        assert.ok(shown, name);
        assert.ok(Math.abs(Number(shown[1]) - logProb) < 0.051, `${name}: ${shown[1]} and ${logProb}`);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  }));

  test("leaves a picture of the right size as it is", withPad(async (page, { height, width, inverted }) => {
    const spot = png(height, width, (y, x) => ((y === 1 && x === 2) !== inverted ? 255 : 0));
    await page.locator("#picture").setInputFiles({ name: "spot.png", mimeType: "image/png", buffer: spot });
    await page.locator("#verdict[data-cluster]:not([data-cluster=''])").waitFor();
    assert.match(await page.locator("#measures").textContent(), /ink1 of/);
  }));

  test("says that there is no ink, and that a file is no picture", withPad(async (page) => {
    const buffer = png(60, 60, () => 200);
    await page.locator("#picture").setInputFiles({ name: "empty.png", mimeType: "image/png", buffer });
    await page.getByText("No ink found").waitFor();
    await page.locator("#picture").setInputFiles({ name: "x.png", mimeType: "image/png", buffer: Buffer.from("no") });
    await page.getByText("no picture that the browser can read").waitFor();
  }));

  test("can be used without a pointer, and scores a stored image as the program did", withPad(async (page, report) => {
    const button = page.locator("#stored button").first();
    await button.focus();
    await page.keyboard.press("Enter");
    const first = report.clusters.find((cluster) => cluster.members.typical.length > 0);
    const member = first.members.typical[0];
    assert.equal(await verdict(page).getAttribute("data-cluster"), String(report.clusters.indexOf(first)));
    assert.ok((await page.locator("#measures").textContent()).includes(`log p${member.log_prob.toFixed(1)}`));
    const strip = await page.locator("#measures").textContent();
    if (member.typicality !== null) assert.ok(strip.includes(`typicality${member.typicality.toFixed(2)}`), strip);
  }));
});

describe("every reader", () => {
  const ground = (page) => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);

  test("can switch between light and dark", () => quietly(async (page) => {
    const light = await ground(page);
    await page.locator("#theme").click();
    const dark = await ground(page);
    assert.notEqual(dark, light);
    assert.equal(await page.locator("#theme").getAttribute("aria-checked"), "true");
    await page.locator("#theme").click();
    assert.equal(await ground(page), light);
  }));

  test("gets dark if the system is", async () => {
    const { page, close } = await opened({ colorScheme: "dark" });
    assert.equal(await page.locator("#theme").getAttribute("aria-checked"), "true");
    await close();
  });

  test("prints on white, with means and charts", () => quietly(async (page) => {
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    assert.equal(await ground(page), "rgb(255, 255, 255)");
    assert.ok(await page.locator(".card").first().isVisible());
    assert.ok(!(await page.locator("#try").isVisible()));
  }));

  for (const width of [320, 400, 768, 1400]) {
    test(`needs no scrolling sideways at ${width} pixels`, () => quietly(async (page) => {
      const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok((await overflow()) <= 0);
      if (await hasPad(page)) await draw(page, [[0.5, 0.2], [0.5, 0.8]]);
      assert.ok((await overflow()) <= 0);
      await page.locator(".card").first().click();
      const panel = await page.locator("#panel").evaluate((dialog) => dialog.scrollWidth - dialog.clientWidth);
      assert.ok(panel <= 0, `the panel is ${panel} pixels too wide`);
    }, { viewport: { width, height: 800 } }));
  }
});
