// The page: reads its data, draws when something has changed, and listens.

const data = JSON.parse(document.getElementById("data").textContent);
const canvas = document.getElementById("mosaic"), ctx = canvas.getContext("2d");
const inline = document.getElementById("pictures").textContent.trim().split("\n");
const small = matchMedia("(max-width: 719px)");
let asked = false;

/** Where a picture lies: in this page by its number, or in the folder beside it by its name. */
function addressOf(number, name, kind = "jpeg") {
  if (data.folder === null) return `data:image/${kind};base64,${inline[number]}`;
  return `${data.folder}/${name}.${kind === "jpeg" ? "jpg" : kind}`;
}

const { first, levels, side, kind } = data.picture;
const numbers = column(data.picture.numbers, first[0] + 1);
const tileAddress = (name) => {
  const [level, c, r] = name.split(/[/_]/).map(Number);
  return addressOf(numbers[first[level] + r * Math.ceil(levels[level][0] / side) + c], `zoom/${name}`, kind);
};
const photoAddress = (photo) => addressOf(data.photos.first + photo, `photos/${photo}`);

const places = new Places(data.places, data.photos.names.length);
const album = new Album(data.photos, photoAddress);
album.full = column(data.photos.full, 2 * data.photos.names.length);
const zoomTiles = new Pictures(tileAddress, small.matches ? 120 : 320, redraw);
const photoPictures = new Pictures(photoAddress, small.matches ? 300 : 900, redraw);
const drawn = new Drawn(data.picture, data.places.canvas, zoomTiles);
const finest = drawn.scale(drawn.finest);
const painter = new Painter(places, data.places, (i) => photos.finer(i));
const photos =
  data.photos.pictures && !data.places.blended
    ? new Photos(places, finest, album.sizes, photoPictures, painter, small.matches ? 48 : 96, redraw)
    : null;
const camera = new Camera(...data.places.canvas);
const wipe = new Wipe(data.target === null ? null : addressOf(data.target, "target"), redraw);
if (photos && data.target !== null && (data.places.overlay > 0 || data.places.background === "target")) {
  wipe.load();
  painter.target = wipe;
}
const marks = new Marks(places), theme = new Theme(redraw);
const state = { hovered: -1, chosen: -1, pointer: null };
const panel = new Panel(places, album, { go: goOn, choose: (i) => choose(i, true), close: unchoose });
const search = new Search(places, album, { choose: (i) => choose(i, true), say });
new Hands(canvas, camera, { hover, open: openAt, changed: redraw });
const tip = new Tip(album);

const about = document.getElementById("about");
about.querySelector("h1").textContent = data.title;
const different = number.format(new Set(places.photo).size);
about.querySelector("p").textContent = `${counted(places.count, "photo")}, ${different} different`;
canvas.setAttribute("aria-label", `${data.title}: a mosaic of ${counted(places.count, "photo")}`);

function redraw() {
  if (asked) return;
  asked = true;
  requestAnimationFrame(frame);
}

let before = 0;
function frame(now) {
  asked = false;
  const elapsed = Math.min(now - before, 48);
  before = now;
  if (camera.moving) {
    const flying = camera.flight !== null;
    camera.step(elapsed, now);
    if (flying) hover(null);
    else if (state.pointer) hover(state.pointer);
  }
  const view = viewNow(), busy = paint(view, now);
  if (camera.moving || busy) redraw();
}

/** What is seen, in pixels of the mosaic and of the screen. */
function viewNow() {
  const ratio = canvas.width / camera.window.width, zoom = camera.zoom * ratio;
  const [x0, y0] = camera.toMosaic(0, 0), [x1, y1] = camera.toMosaic(camera.window.width, camera.window.height);
  const left = -x0 * zoom, top = -y0 * zoom;
  const pixels = (a, b, c, d) => {
    const [l, t, r, s] = [a * zoom + left, b * zoom + top, c * zoom + left, d * zoom + top].map(Math.round);
    return [l, t, r - l, s - t];
  };
  const filled = x0 >= 0 && y0 >= 0 && x1 <= places.width && y1 <= places.height;
  return { x0, y0, x1, y1, filled, zoom, ratio, left, top, pixels, box: pixels(0, 0, places.width, places.height) };
}

function paint(view, now) {
  ctx.setTransform(1, 0, 0, 1, 0, 0);
  ctx.clearRect(0, 0, canvas.width, canvas.height);
  ctx.imageSmoothingQuality = "high";
  if (!data.picture.transparent && !view.filled) shadow(view);
  zoomTiles.begin();
  photoPictures.begin();
  ctx.save();
  ctx.beginPath();
  ctx.rect(...view.box);
  ctx.clip();
  let busy = drawn.draw(ctx, view, now);
  if (photos?.draw(ctx, view, now)) busy = true;
  wipe.draw(ctx, view.box);
  marks.draw(ctx, view, { ...state, accent: theme.accent });
  ctx.restore();
  zoomTiles.load();
  photoPictures.load();
  if (zoomTiles.lost.has("0/0_0")) tellMissing();
  if (!camera.moving) photos?.work();
  return busy;
}

function tellMissing() {
  const told = document.getElementById("missing"), { folder, folderName } = data;
  told.hidden = false;
  const wish = `The pictures are missing: put the folder “${folderName}” beside this page.`;
  told.textContent = folder === null ? "This page is damaged." : wish;
}

function shadow(view) {
  ctx.save();
  ctx.shadowColor = theme.shadow;
  ctx.shadowBlur = 28 * view.ratio;
  ctx.shadowOffsetY = 8 * view.ratio;
  ctx.fillStyle = theme.ground;
  ctx.fillRect(...view.box);
  ctx.restore();
}

function hover(event) {
  state.pointer = event;
  const [x, y] = event ? camera.toMosaic(event.clientX, event.clientY) : [-1, -1], i = places.at(x, y);
  canvas.classList.toggle("pointing", i >= 0);
  if (i !== state.hovered) {
    state.hovered = i;
    redraw();
  }
  tip.show(i < 0 || i === state.chosen ? -1 : places.photo[i], event, camera.free.width);
}

function openAt(left, top) {
  const i = places.at(...camera.toMosaic(left, top));
  if (i >= 0) choose(i, false);
  else unchoose();
}

/** Open the panel about a placement, and bring it into view. */
function choose(i, show) {
  hint.hidden = true;
  const wasOpen = panel.open;
  state.chosen = i;
  say(panel.show(i));
  document.body.classList.add("with-panel");
  cover();
  const [left, top] = camera.toWindow(places.x[i], places.y[i]), { top: above, width, height } = camera.free;
  const side = 2 * Math.min(places.across[i], places.down[i]), tiny = show && side * camera.zoom < 28;
  const hidden = left < 20 || left > width - 20 || top < above + 20 || top > above + height - 20;
  if (!show && !camera.touched && !small.matches) camera.showWhole();
  else if (show || hidden) camera.show(places.x[i], places.y[i], tiny ? 56 / side : camera.zoom);
  if (!wasOpen) tip.hide();
  redraw();
}

function cover() {
  const { offsetWidth, offsetHeight } = panel.root;
  const beside = panel.open && !small.matches, under = panel.open && small.matches;
  const top = under ? about.offsetTop + about.offsetHeight : 0;
  camera.covered = { top, right: beside ? offsetWidth : 0, bottom: under ? offsetHeight : 0 };
}

function unchoose() {
  if (!panel.open) return;
  const inside = panel.root.contains(document.activeElement);
  panel.hide();
  document.body.classList.remove("with-panel");
  state.chosen = -1;
  cover();
  if (camera.touched) camera.put(camera.x, camera.y, camera.zoom);
  else camera.showWhole();
  if (inside) canvas.focus();
  redraw();
}

function goOn(by) {
  if (state.chosen < 0) return;
  const uses = places.uses(places.photo[state.chosen]), at = uses.indexOf(state.chosen);
  choose(uses[(at + by + uses.length) % uses.length], true);
}

function zoomToChosen() {
  if (state.chosen < 0) return;
  const i = state.chosen, { width, height } = camera.free;
  const [x0, y0, x1, y1] = places.bounds(i);
  camera.show(places.x[i], places.y[i], Math.min((0.62 * width) / (x1 - x0), (0.62 * height) / (y1 - y0)));
  redraw();
}

function say(words) {
  document.getElementById("say").textContent = words;
}

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

function key(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || document.getElementById("keys").open) return;
  const arrow = ARROWS[event.key], onButton = event.target instanceof HTMLButtonElement;
  if (arrow) {
    if (state.chosen >= 0 && !event.shiftKey) choose(places.beside(state.chosen, ...arrow), false);
    else camera.panBy(arrow[0] * innerWidth * 0.22, arrow[1] * innerHeight * 0.22);
  } else if (event.key === "+" || event.key === "=") camera.zoomBy(1.6);
  else if (event.key === "-" || event.key === "_") camera.zoomBy(1 / 1.6);
  else if (event.key === "0" || event.key === "Home") camera.showWhole();
  else if (event.key === "[") goOn(-1);
  else if (event.key === "]") goOn(1);
  else if (event.key === "c" || event.key === "C") wipe.toggle();
  else if (event.key === "t" || event.key === "T") theme.turn();
  else if (event.key === "?") document.getElementById("keys").showModal();
  else if (event.key === "/" && !search.root.hidden) search.input.focus();
  else if (event.key === "Escape") {
    if (panel.open) unchoose();
    else wipe.toggle(false);
  } else if (event.key === "Enter" && !onButton) {
    if (state.chosen >= 0) zoomToChosen();
    else if (state.hovered >= 0) choose(state.hovered, false);
    else openAt(innerWidth / 2, innerHeight / 2);
  } else return;
  event.preventDefault();
  redraw();
}

function resize() {
  const ratio = Math.min(devicePixelRatio || 1, 3), { clientWidth: width, clientHeight: height } = canvas;
  if (!width || !height) return;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const native = finest / ratio, close = (0.7 * Math.min(width, height)) / (photos?.smallest ?? Infinity);
  camera.most = Math.max(photos ? 2 * native : 4 * native, close, camera.whole);
  cover();
  camera.resize(width, height);
  redraw();
}

document.getElementById("plus").onclick = () => (camera.zoomBy(1.8), redraw());
document.getElementById("minus").onclick = () => (camera.zoomBy(1 / 1.8), redraw());
document.getElementById("whole").onclick = () => (camera.showWhole(), redraw());
document.getElementById("theme").onclick = () => theme.turn();
document.getElementById("help").onclick = () => document.getElementById("keys").showModal();
document.getElementById("near").onclick = zoomToChosen;
addEventListener("keydown", key);
addEventListener("resize", resize);
const hint = document.getElementById("hint");
hint.hidden = places.count === 0;
if (matchMedia("(pointer: coarse)").matches) hint.textContent = hint.textContent.replace("Click", "Tap");
if (!album.pictures) hint.textContent = hint.textContent.replace("to see it as it was", "to see where else it is");
addEventListener("pointerdown", () => (hint.hidden = true), { once: true });
resize();

/** For the tests, and for whoever looks into the page with the tools of a browser. */
window.mosaic = {
  places, camera, choose, close: unchoose, state, redraw, zoomTiles, photoPictures, photos,
  get idle() {
    const calm = !asked && !camera.moving && zoomTiles.idle && photoPictures.idle;
    return calm && (photos === null || (painter.ready && !photos.working));
  },
};
