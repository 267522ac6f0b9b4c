// Photos onto a zoom tile: cropped, turned, mirrored, softened and tinted as the mosaic has them, in painting order.

class Painter {
  /** `finer(i)` tells whether the photo of a placement has more pixels than the drawn mosaic. */
  constructor(places, { captions, grey, overlay, background }, finer) {
    Object.assign(this, { places, captions, grey, overlay, background, finer, side: 512, target: null });
  }

  get ready() {
    return this.target === null || this.target.image.naturalWidth > 0;
  }

  /** Paint a zoom tile, a placement at a time; `find` gives the picture of a photo. */
  *paint(tile, scale, find) {
    const { box, inside, photos } = tile, [x0, y0] = box;
    if (photos.size === 0) return null;
    const canvas = blank(this.side), ctx = canvas.getContext("2d");
    this.scratch ??= blank(this.side);
    ctx.imageSmoothingQuality = "medium";
    const matrix = new DOMMatrix([scale, 0, 0, scale, -x0 * scale, -y0 * scale]);
    const put = Object.assign((to) => to.setTransform(matrix), { matrix });
    const images = new Map([...photos].map((photo) => [photo, find(photo)]));
    const lines = this.captions.lines.filter(({ box: [a, b, c, d] }) => a < box[2] && c > x0 && b < box[3] && d > y0);
    const bare = inside.filter((i) => this.places.letsThrough(i)).map((i) => this.places.bounds(i));
    bare.push(...lines.map((line) => line.box));
    this.layGround(ctx, put, bare);
    let whole = this.background === "transparent" && bare.length > 0;
    for (const i of inside) {
      const image = this.finer(i) ? images.get(this.places.photo[i]) : undefined;
      whole &&= image !== undefined;
      if (image === undefined) this.leaveOut(ctx, put, i);
      else if (this.places.isSoft(i)) this.paintSoft(ctx, put, i, image);
      else this.paintHard(ctx, put, i, image);
      yield;
    }
    put(ctx);
    if (this.overlay > 0 && this.target) {
      ctx.globalCompositeOperation = "source-atop";
      ctx.globalAlpha = this.overlay;
      ctx.drawImage(this.target.image, 0, 0, this.places.width, this.places.height);
      ctx.globalAlpha = 1;
      ctx.globalCompositeOperation = "source-over";
    }
    for (const line of lines) this.write(ctx, put, line);
    tile.whole = whole;
    return canvas;
  }

  /** What is behind the photos, in the boxes where it shows: the drawn mosaic has the same photos on it already. */
  layGround(ctx, put, boxes) {
    const pixels = boxes.map((box) => this.boxOnTile(put, box)).filter(([, , wide, high]) => wide > 0 && high > 0);
    if (this.background === "transparent" || pixels.length === 0) return;
    if (this.background === "target" && !this.target) return;
    ctx.save();
    ctx.beginPath();
    for (const box of pixels) ctx.rect(...box);
    ctx.clip();
    put(ctx);
    ctx.beginPath();
    ctx.rect(0, 0, this.places.width, this.places.height);
    ctx.clip();
    if (this.background === "target") ctx.drawImage(this.target.image, 0, 0, this.places.width, this.places.height);
    else this.fill(ctx, "source-over", `rgb(${this.background})`);
    if (this.grey) this.fill(ctx, "saturation", "#808080");
    ctx.restore();
  }

  fill(ctx, operation, colour) {
    ctx.save();
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.globalCompositeOperation = operation;
    ctx.fillStyle = colour;
    ctx.fillRect(0, 0, this.side, this.side);
    ctx.restore();
  }

  /** What is drawn there already is finer: let it be seen, with all that lies on it. */
  leaveOut(ctx, put, i) {
    if (this.places.opacity[i] === 0) return;
    ctx.globalCompositeOperation = "destination-out";
    this.trace(ctx, put, i);
    ctx.fill();
    ctx.globalCompositeOperation = "source-over";
  }

  /** The upright box of a placement in whole pixels, as the drawn mosaic has it; null if it is turned or a hexagon. */
  snapped({ matrix: { a: scale, e, f } }, i) {
    if (!this.places.isUpright(i)) return null;
    const [x0, y0, x1, y1] = this.places.bounds(i);
    return [x0 * scale + e, y0 * scale + f, x1 * scale + e, y1 * scale + f].map(Math.round);
  }

  /** Begin a path with a placement's outline, without the gap. */
  trace(ctx, put, i) {
    const { places } = this, box = this.snapped(put, i);
    ctx.beginPath();
    if (!box) {
      put(ctx);
      places.trace(ctx, i);
      return;
    }
    const { a: scale, e, f } = put.matrix, wide = places.gap > 0 ? Math.max(1, Math.round(places.gap * scale)) : 0;
    const first = wide - (wide >> 1), last = wide >> 1;
    const left = box[0] > e ? box[0] + first : box[0], top = box[1] > f ? box[1] + first : box[1];
    const right = box[2] < Math.round(places.width * scale + e) ? box[2] - last : box[2];
    const bottom = box[3] < Math.round(places.height * scale + f) ? box[3] - last : box[3];
    const w = Math.max(right - left, 0), h = Math.max(bottom - top, 0), radius = places.corner * Math.min(w, h);
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    if (radius > 0) ctx.roundRect(left, top, w, h, radius);
    else ctx.rect(left, top, w, h);
  }

  paintHard(ctx, put, i, image) {
    const { places } = this, box = this.snapped(put, i);
    ctx.save();
    this.trace(ctx, put, i);
    ctx.clip();
    ctx.save();
    let w = places.across[i], h = places.down[i];
    if (box) {
      const quarter = Math.round(places.turn[i] / (Math.PI / 2)), [x0, y0, x1, y1] = box;
      ctx.setTransform(1, 0, 0, 1, (x0 + x1) / 2, (y0 + y1) / 2);
      ctx.rotate((quarter * Math.PI) / 2);
      [w, h] = quarter % 2 ? [(y1 - y0) / 2, (x1 - x0) / 2] : [(x1 - x0) / 2, (y1 - y0) / 2];
    } else {
      put(ctx);
      this.turnTo(ctx, i);
    }
    if (places.mirror[i]) ctx.scale(-1, 1);
    const [a, b, c, d] = places.crop.subarray(4 * i, 4 * i + 4);
    const wide = image.naturalWidth / 65535, high = image.naturalHeight / 65535;
    ctx.drawImage(image, a * wide, b * high, (c - a) * wide, (d - b) * high, -w, -h, 2 * w, 2 * h);
    ctx.restore();
    this.tint(ctx, i);
    ctx.restore();
  }

  turnTo(ctx, i) {
    ctx.translate(this.places.x[i], this.places.y[i]);
    ctx.rotate(this.places.turn[i]);
  }

  /** Bring the photo's mean colour to where the mosaic has it: darker by multiplying, lighter by screening. */
  tint(ctx, i) {
    const [r, g, b, lr, lg, lb] = this.places.tint.subarray(6 * i, 6 * i + 6);
    if (r || g || b) this.fill(ctx, "multiply", `rgb(${255 - r},${255 - g},${255 - b})`);
    if (lr || lg || lb) this.fill(ctx, "screen", `rgb(${lr},${lg},${lb})`);
    if (this.grey) this.fill(ctx, "saturation", "#808080");
  }

  paintSoft(ctx, put, i, image) {
    const { places } = this, soft = this.scratch.getContext("2d"), box = this.boxOnTile(put, places.bounds(i));
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

  /** Whole pixels of the zoom tile being painted that a box of the mosaic may touch: x, y, width, height. */
  boxOnTile({ matrix: { a: scale, e, f } }, [x0, y0, x1, y1]) {
    const left = Math.max(Math.floor(x0 * scale + e) - 1, 0), top = Math.max(Math.floor(y0 * scale + f) - 1, 0);
    const right = Math.min(Math.ceil(x1 * scale + e) + 1, this.side);
    const bottom = Math.min(Math.ceil(y1 * scale + f) + 1, this.side);
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
      const stops = [[0, "#0000"], [share, most], [1 - share, most], [1, "#0000"]];
      for (const [at, colour] of stops) ramp.addColorStop(at, colour);
      soft.fillStyle = ramp;
      soft.fillRect(-2 * w - 2 * h, -2 * w - 2 * h, 4 * (w + h), 4 * (w + h));
    }
  }

  /** A caption, in the browser's letters but as long as in the drawn mosaic. */
  write(ctx, { matrix: { a: scale, e, f } }, { text, box: [x0, , x1], baseline, length }) {
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.font = `${this.captions.size * scale}px sans-serif`;
    ctx.textAlign = "center";
    ctx.fillStyle = `rgb(${this.captions.colour})`;
    ctx.fillText(text, ((x0 + x1) / 2) * scale + e, baseline * scale + f, length * scale);
  }
}

function blank(side) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = side;
  return canvas;
}
