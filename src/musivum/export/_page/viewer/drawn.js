// The mosaic as it was drawn: the zoom tiles of the level that is sharp enough, and coarser ones until they are there.

const SHARP = 1.15; // enlarging by less is not seen
const FADE = 180; // milliseconds

class Drawn {
  /** The levels of the pyramid, coarsest first, each [width, height] in pixels. */
  constructor({ levels, side, transparent }, canvas, pictures) {
    Object.assign(this, { levels, side, transparent, pictures });
    [this.width, this.height] = canvas;
    this.finest = levels.length - 1;
  }

  /** Pixels of a level per pixel of the mosaic. */
  scale(level) {
    return this.levels[level][0] / this.width;
  }

  draw(ctx, view, now) {
    let level = 0;
    while (level < this.finest && this.scale(level) * SHARP < view.zoom) level++;
    const [wide, high] = this.levels[level], { side } = this;
    const perX = wide / this.width, perY = high / this.height;
    const [c0, c1] = range(view.x0 * perX, view.x1 * perX, side, wide);
    const [r0, r1] = range(view.y0 * perY, view.y1 * perY, side, high), tiles = [];
    for (let r = r0; r <= r1; r++) for (let c = c0; c <= c1; c++) tiles.push([c, r]);
    const far = ([c, r]) => Math.hypot(2 * c - c0 - c1, 2 * r - r0 - r1);
    tiles.sort((a, b) => far(a) - far(b));
    this.pictures.want("0/0_0");
    let fading = false;
    for (const [c, r] of tiles) {
      const x0 = c * side, y0 = r * side, x1 = Math.min(x0 + side, wide), y1 = Math.min(y0 + side, high);
      const box = view.pixels(x0 / perX, y0 / perY, x1 / perX, y1 / perY);
      const name = `${level}/${c}_${r}`, entry = this.pictures.get(name);
      this.pictures.want(name);
      const atOnce = CALM.matches || this.transparent;
      const shown = !entry ? 0 : atOnce ? 1 : Math.min((now - entry.since) / FADE, 1);
      if (shown < 1) this.drawCoarser(ctx, level, c, r, [x0, y0, x1, y1], box);
      if (shown <= 0) continue;
      ctx.globalAlpha = shown;
      ctx.drawImage(entry.image, ...box);
      ctx.globalAlpha = 1;
      fading ||= shown < 1;
    }
    return fading;
  }

  drawCoarser(ctx, level, c, r, [x0, y0, x1, y1], box) {
    for (let other = level - 1; other >= 0; other--) {
      const [a, b] = [c >> (level - other), r >> (level - other)], entry = this.pictures.get(`${other}/${a}_${b}`);
      if (!entry) continue;
      const byX = this.levels[other][0] / this.levels[level][0], byY = this.levels[other][1] / this.levels[level][1];
      const left = Math.max(x0 * byX - a * this.side, 0), top = Math.max(y0 * byY - b * this.side, 0);
      const right = Math.min(x1 * byX - a * this.side, entry.image.naturalWidth);
      const bottom = Math.min(y1 * byY - b * this.side, entry.image.naturalHeight);
      if (right > left && bottom > top) ctx.drawImage(entry.image, left, top, right - left, bottom - top, ...box);
      return;
    }
  }
}

function range(from, to, side, size) {
  const last = Math.ceil(size / side) - 1;
  return [Math.min(Math.max(Math.floor(from / side), 0), last), Math.min(Math.max(Math.floor(to / side), 0), last)];
}
