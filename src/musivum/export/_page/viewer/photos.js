// Nearer than the finest zoom tiles are sharp: the photos themselves, painted into zoom tiles of the page's own.

/** Zoom tiles that are painted here, of photos; nothing where the drawn mosaic is as fine. */
class Photos {
  constructor(places, finest, sizes, pictures, painter, most, changed) {
    Object.assign(this, { places, finest, sizes, pictures, painter, most, changed });
    this.side = painter.side;
    this.tiles = new Map();
    this.painting = null;
    this.waiting = [];
    this.seen = new Set();
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
    this.seen = new Set();
    if (view.zoom < this.from) return false;
    const level = Math.max(1, Math.ceil(Math.log2(view.zoom / SHARP / this.finest)));
    const world = this.side / this.scale(level);
    const [c0, c1] = range(view.x0, view.x1, world, width), [r0, r1] = range(view.y0, view.y1, world, height);
    let fading = false;
    for (let r = r0; r <= r1; r++) {
      for (let c = c0; c <= c1; c++) {
        const tile = this.tile(level, c, r), box = view.pixels(...tile.box);
        const shown = !tile.done ? 0 : CALM.matches ? 1 : Math.min((now - tile.since) / FADE, 1);
        this.seen.add(tile.name);
        if (shown < 1) this.drawOthers(ctx, level, c, r, view);
        if (!tile.done && tile !== this.painting?.tile) this.waiting.push(tile);
        if (!tile.canvas) continue;
        this.lay(ctx, tile, [0, 0, this.side, this.side], box, shown);
        fading ||= shown < 1;
      }
    }
    const far = ({ c, r }) => Math.hypot(2 * c - c0 - c1, 2 * r - r0 - r1);
    this.waiting.sort((a, b) => far(a) - far(b));
    for (const tile of this.waiting) for (const photo of tile.photos) this.pictures.want(photo);
    return fading;
  }

  /** A zoom tile, painted or not, which counts as used last. */
  tile(level, c, r) {
    const name = `${level}/${c}_${r}`, known = this.tiles.get(name);
    this.tiles.delete(name);
    const tile = known ?? this.blankTile(name, level, c, r);
    this.tiles.set(name, tile);
    return tile;
  }

  blankTile(name, level, c, r) {
    const world = this.side / this.scale(level), box = [c * world, r * world, (c + 1) * world, (r + 1) * world];
    const inside = this.places.inBox(...box), finer = inside.filter((i) => this.finer(i));
    const photos = new Set(finer.map((i) => this.places.photo[i]));
    return { name, level, c, r, box, inside, photos, done: false, whole: false, canvas: null, since: 0 };
  }

  /** A part of a painted zoom tile over what is drawn, or, where it is the whole picture, in place of it. */
  lay(ctx, { canvas, whole }, part, box, share) {
    ctx.save();
    ctx.globalAlpha = share;
    if (whole) {
      ctx.fillStyle = "#000";
      ctx.globalCompositeOperation = "destination-out";
      ctx.fillRect(...box);
      ctx.globalCompositeOperation = "lighter";
    }
    ctx.drawImage(canvas, ...part, ...box);
    ctx.restore();
  }

  /** In place of a zoom tile that is not there yet: a part of a coarser one, or else finer ones. */
  drawOthers(ctx, level, c, r, view) {
    for (let up = 1; up < level; up++) {
      const tile = this.tiles.get(`${level - up}/${c >> up}_${r >> up}`);
      if (!tile?.done) continue;
      const part = this.side / 2 ** up, mask = 2 ** up - 1, world = this.side / this.scale(level);
      const box = view.pixels(c * world, r * world, (c + 1) * world, (r + 1) * world);
      if (tile.canvas) this.lay(ctx, tile, [(c & mask) * part, (r & mask) * part, part, part], box, 1);
      return;
    }
    for (const [right, under] of [[0, 0], [1, 0], [0, 1], [1, 1]]) {
      const tile = this.tiles.get(`${level + 1}/${2 * c + right}_${2 * r + under}`);
      if (tile?.canvas) this.lay(ctx, tile, [0, 0, this.side, this.side], view.pixels(...tile.box), 1);
    }
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
        const find = (photo) => this.pictures.get(photo)?.image;
        this.painting = { tile, steps: this.painter.paint(tile, this.scale(tile.level), find) };
      }
      const { value, done } = this.painting.steps.next();
      if (!done) continue;
      Object.assign(this.painting.tile, { done, canvas: value, since: performance.now() });
      this.painting = null;
      this.forget();
      this.changed();
    }
    return true;
  }

  forget() {
    for (const [name, tile] of this.tiles) {
      if (this.tiles.size <= this.most) break;
      if (!this.seen.has(name) && tile !== this.painting?.tile) this.tiles.delete(name);
    }
  }

  ready({ photos }) {
    const here = (photo) => this.pictures.kept.has(photo) || this.pictures.lost.has(photo);
    return this.painter.ready && [...photos].every(here);
  }
}
