// Nearer than the finest zoom tiles are sharp: the photos themselves, painted into zoom tiles of the page's own.

/** Zoom tiles that are painted here, of photos; nothing where the drawn mosaic is as fine. */
class Photos {
  constructor(places, finest, sizes, pictures, { captions, grey, overlay }, most, changed) {
    Object.assign(this, { places, finest, sizes, pictures, captions, grey, overlay, most, changed });
    this.side = 512;
    this.tiles = new Map();
    this.painting = null;
    this.waiting = [];
    const sides = Float32Array.from(places.across, (w, i) => Math.min(w, places.down[i])).sort();
    this.smallest = places.count ? 2 * sides[places.count >> 2] : 1;
  }

  /** The zoom from which photos are shown. */
  get from() {
    return Math.max(this.finest * SHARP, 36 / this.smallest);
  }

  scale(level) {
    return this.finest * 2 ** level;
  }

  draw(ctx, view, now) {
    const { width, height } = this.places;
    this.waiting = [];
    if (view.zoom < this.from) return false;
    const level = Math.max(1, Math.ceil(Math.log2(view.zoom / SHARP / this.finest))), world = this.side / this.scale(level);
    const columns = range(view.x0, view.x1, world, width), rows = range(view.y0, view.y1, world, height), waiting = [];
    let fading = false;
    for (let r = rows[0]; r <= rows[1]; r++) {
      for (let c = columns[0]; c <= columns[1]; c++) {
        const name = `${level}/${c}_${r}`, tile = this.get(name);
        const shown = tile?.done ? (CALM.matches ? 1 : Math.min((now - tile.since) / FADE, 1)) : 0;
        const box = view.pixels(c * world, r * world, (c + 1) * world, (r + 1) * world);
        if (shown < 1) this.drawCoarser(ctx, level, c, r, box);
        if (!tile?.done) {
          if (name !== this.painting?.name) waiting.push({ name, level, c, r, far: Math.hypot(c - (columns[0] + columns[1]) / 2, r - (rows[0] + rows[1]) / 2) });
        } else if (tile.canvas) {
          ctx.globalAlpha = shown;
          ctx.drawImage(tile.canvas, ...box);
          ctx.globalAlpha = 1;
          fading ||= shown < 1;
        }
      }
    }
    waiting.sort((a, b) => a.far - b.far);
    this.waiting = waiting;
    for (const tile of waiting) for (const photo of this.photosOf(tile)) this.pictures.want(photo);
    return fading;
  }

  get(name) {
    const tile = this.tiles.get(name);
    if (tile) {
      this.tiles.delete(name);
      this.tiles.set(name, tile);
    }
    return tile;
  }

  drawCoarser(ctx, level, c, r, box) {
    for (let up = 1; up < level; up++) {
      const tile = this.get(`${level - up}/${c >> up}_${r >> up}`);
      if (!tile?.done) continue;
      const part = this.side / 2 ** up, mask = 2 ** up - 1;
      if (tile.canvas) ctx.drawImage(tile.canvas, (c & mask) * part, (r & mask) * part, part, part, ...box);
      return;
    }
  }

  boxOf({ level, c, r }) {
    const world = this.side / this.scale(level);
    return [c * world, r * world, (c + 1) * world, (r + 1) * world];
  }

  photosOf(tile) {
    tile.inside ??= this.places.inBox(...this.boxOf(tile));
    return new Set(tile.inside.filter((i) => this.finer(i)).map((i) => this.places.photo[i]));
  }

  /** Whether a placement's photo has more pixels than the drawn mosaic shows of it. */
  finer(i) {
    const share = (this.places.crop[4 * i + 2] - this.places.crop[4 * i]) / 65535;
    return this.sizes[2 * this.places.photo[i]] * share > 2 * this.places.across[i] * this.finest * 1.1;
  }

  /** Paint what was found missing, a few milliseconds at a time, so that the page stays at hand. */
  work() {
    if (this.working) return;
    this.working = true;
    const go = () => {
      this.working = this.paintFor(12);
      if (this.working) setTimeout(go);
    };
    setTimeout(go);
  }

  /** Whether there is more to do. */
  paintFor(milliseconds) {
    const until = performance.now() + milliseconds;
    while (performance.now() < until) {
      if (!this.painting) {
        const tile = this.waiting.find((tile) => this.ready(tile));
        if (!tile) return false;
        this.waiting = this.waiting.filter((other) => other !== tile);
        this.painting = { name: tile.name, steps: this.paint(tile) };
      }
      const { value, done } = this.painting.steps.next();
      if (!done) continue;
      this.keep(this.painting.name, value);
      this.painting = null;
      this.changed();
    }
    return true;
  }

  keep(name, canvas) {
    this.tiles.set(name, { done: true, canvas, since: performance.now() });
    for (const old of this.tiles.keys()) {
      if (this.tiles.size <= this.most) break;
      this.tiles.delete(old);
    }
  }

  ready(tile) {
    return (!this.over || this.over.image.naturalWidth > 0) && [...this.photosOf(tile)].every((photo) => this.pictures.kept.has(photo) || this.pictures.lost.has(photo));
  }

  *paint(tile) {
    const [x0, y0] = this.boxOf(tile), scale = this.scale(tile.level), photos = this.photosOf(tile);
    if (photos.size === 0) return null;
    const canvas = blank(this.side), ctx = canvas.getContext("2d");
    this.scratch ??= blank(this.side);
    ctx.imageSmoothingQuality = "medium";
    const matrix = new DOMMatrix([scale, 0, 0, scale, -x0 * scale, -y0 * scale]);
    const put = Object.assign((to) => to.setTransform(matrix), { matrix });
    const images = new Map([...photos].map((photo) => [photo, this.pictures.get(photo)?.image]));
    for (const i of tile.inside) {
      const image = this.finer(i) ? images.get(this.places.photo[i]) : undefined;
      if (image === undefined) this.leaveOut(ctx, put, i);
      else if (this.places.feather[i] > 0 || this.places.opacity[i] < 1) this.paintSoft(ctx, put, i, image);
      else this.paintHard(ctx, put, i, image);
      yield;
    }
    put(ctx);
    if (this.over) {
      ctx.globalCompositeOperation = "source-atop";
      ctx.globalAlpha = this.overlay;
      ctx.drawImage(this.over.image, 0, 0, this.places.width, this.places.height);
      ctx.globalAlpha = 1;
    }
    ctx.globalCompositeOperation = "destination-out";
    for (const [a, b, c, d] of this.captions) ctx.fillRect(a, b, c - a, d - b);
    return canvas;
  }

  /** What is drawn there already is finer: let it be seen. */
  leaveOut(ctx, put, i) {
    put(ctx);
    ctx.globalCompositeOperation = "destination-out";
    ctx.globalAlpha = this.places.opacity[i];
    ctx.beginPath();
    this.places.trace(ctx, i);
    ctx.fill();
    ctx.globalAlpha = 1;
    ctx.globalCompositeOperation = "source-over";
  }

  paintHard(ctx, put, i, image) {
    const { places } = this;
    ctx.save();
    put(ctx);
    ctx.beginPath();
    places.trace(ctx, i);
    ctx.clip();
    ctx.save();
    this.turnTo(ctx, i);
    if (places.mirror[i]) ctx.scale(-1, 1);
    const [a, b, c, d] = places.crop.subarray(4 * i, 4 * i + 4);
    const wide = image.naturalWidth / 65535, high = image.naturalHeight / 65535, w = places.across[i], h = places.down[i];
    ctx.drawImage(image, a * wide, b * high, (c - a) * wide, (d - b) * high, -w, -h, 2 * w, 2 * h);
    ctx.restore();
    if (places.tinted || this.grey) this.tint(ctx, i);
    ctx.restore();
  }

  turnTo(ctx, i) {
    ctx.translate(this.places.x[i], this.places.y[i]);
    ctx.rotate(this.places.turn[i]);
  }

  /** Bring the photo's mean colour to where the mosaic has it: darker by multiplying, lighter by screening. */
  tint(ctx, i) {
    const [r, g, b, lr, lg, lb] = this.places.tint.subarray(6 * i, 6 * i + 6), [x0, y0, x1, y1] = this.places.bounds(i);
    const fill = (operation, colour) => {
      ctx.globalCompositeOperation = operation;
      ctx.fillStyle = colour;
      ctx.fillRect(x0, y0, x1 - x0, y1 - y0);
    };
    if (r || g || b) fill("multiply", `rgb(${255 - r},${255 - g},${255 - b})`);
    if (lr || lg || lb) fill("screen", `rgb(${lr},${lg},${lb})`);
    if (this.grey) fill("saturation", "#808080");
  }

  paintSoft(ctx, put, i, image) {
    const { places } = this, soft = this.scratch.getContext("2d"), box = this.boxOnTile(put, i);
    if (box[2] <= 0 || box[3] <= 0) return;
    soft.save();
    soft.setTransform(1, 0, 0, 1, 0, 0);
    soft.beginPath();
    soft.rect(...box);
    soft.clip();
    soft.clearRect(...box);
    soft.imageSmoothingQuality = "medium";
    this.paintHard(soft, put, i, image);
    if (places.feather[i] > 0) this.soften(soft, put, i);
    soft.restore();
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.globalAlpha = places.opacity[i];
    ctx.drawImage(this.scratch, ...box, ...box);
    ctx.globalAlpha = 1;
  }

  /** Whole pixels of the tile being painted that a placement may touch: x, y, width, height. */
  boxOnTile(put, i) {
    const { a: scale, e, f } = put.matrix, [x0, y0, x1, y1] = this.places.bounds(i);
    const left = Math.max(Math.floor(x0 * scale + e) - 1, 0), top = Math.max(Math.floor(y0 * scale + f) - 1, 0);
    const right = Math.min(Math.ceil(x1 * scale + e) + 1, this.side), bottom = Math.min(Math.ceil(y1 * scale + f) + 1, this.side);
    return [left, top, right - left, bottom - top];
  }

  /** Let what was painted last fade towards the placement's edges. */
  soften(soft, put, i) {
    const w = this.places.across[i], h = this.places.down[i], edge = this.places.feather[i] * 2 * Math.min(w, h);
    put(soft);
    this.turnTo(soft, i);
    soft.globalCompositeOperation = "destination-in";
    for (const [half, x, y] of [[w, 1, 0], [h, 0, 1]]) {
      const ramp = soft.createLinearGradient(-half * x, -half * y, half * x, half * y);
      const share = Math.min(edge / (2 * half), 0.5), most = `rgba(0,0,0,${Math.min(1, half / edge)})`;
      for (const [at, colour] of [[0, "#0000"], [share, most], [1 - share, most], [1, "#0000"]]) ramp.addColorStop(at, colour);
      soft.fillStyle = ramp;
      soft.fillRect(-2 * w - 2 * h, -2 * w - 2 * h, 4 * (w + h), 4 * (w + h));
    }
  }
}

function blank(side) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = side;
  return canvas;
}
