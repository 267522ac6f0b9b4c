// Photos onto a zoom tile: cropped, turned, mirrored, softened and tinted as the mosaic has them, in painting order.

class Painter {
  /** `finer(i)` tells whether the photo of a placement has more pixels than the drawn mosaic. */
  constructor(places, { captions, grey, overlay }, finer) {
    Object.assign(this, { places, captions, grey, overlay, finer, side: 512, over: null });
  }

  get ready() {
    return this.over === null || this.over.image.naturalWidth > 0;
  }

  /** Paint a zoom tile, a placement at a time; `find` gives the picture of a photo. */
  *paint({ box: [x0, y0], inside, photos }, scale, find) {
    if (photos.size === 0) return null;
    const canvas = blank(this.side), ctx = canvas.getContext("2d");
    this.scratch ??= blank(this.side);
    ctx.imageSmoothingQuality = "medium";
    const matrix = new DOMMatrix([scale, 0, 0, scale, -x0 * scale, -y0 * scale]);
    const put = Object.assign((to) => to.setTransform(matrix), { matrix });
    const images = new Map([...photos].map((photo) => [photo, find(photo)]));
    for (const i of inside) {
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
    const wide = image.naturalWidth / 65535, high = image.naturalHeight / 65535;
    const w = places.across[i], h = places.down[i];
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
}

function blank(side) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = side;
  return canvas;
}
