// Outlines over the mosaic: of what is under the pointer, of what was chosen, and of the other places of its photo.

const RING = 7; // window pixels; smaller places get a ring
const MANY = 500; // places in view; more of them get dots
const APART = 16; // window pixels, in squares of which there is no more than one dot

class Marks {
  constructor(places) {
    this.places = places;
    this.thinned = { photo: -1, side: 0, kept: [] };
  }

  /** Those of some placements that may reach into what is seen. */
  inView(view, which) {
    const { x, y, across, down } = this.places;
    return which.filter((i) => {
      const reach = across[i] + down[i];
      return x[i] + reach > view.x0 && x[i] - reach < view.x1 && y[i] + reach > view.y0 && y[i] - reach < view.y1;
    });
  }

  /** One use of a photo for each square of the mosaic, the same ones until squares have another size. */
  dots(view, photo) {
    const side = 2 ** Math.ceil(Math.log2((APART * view.ratio) / view.zoom)), { places } = this;
    if (this.thinned.photo !== photo || this.thinned.side !== side) {
      const taken = new Set(), columns = Math.ceil(places.width / side) + 2;
      const kept = places.uses(photo).filter((i) => {
        const square = Math.floor(places.y[i] / side) * columns + Math.floor(places.x[i] / side), known = taken.size;
        return taken.add(square).size > known;
      });
      this.thinned = { photo, side, kept };
    }
    return this.inView(view, this.thinned.kept);
  }

  /** Outlines in window pixels; those of tiny places become rings. */
  outline(view, which) {
    const { places } = this, path = new Path2D(), own = new Path2D();
    const matrix = new DOMMatrix([view.zoom, 0, 0, view.zoom, view.left, view.top]);
    for (const i of which) {
      const size = 2 * Math.min(places.across[i], places.down[i]) * view.zoom;
      if (size < 2 * RING * view.ratio) this.ring(path, view, i, RING);
      else places.trace(own, i);
    }
    path.addPath(own, matrix);
    return path;
  }

  ring(path, view, i, radius) {
    const [x, y] = [this.places.x[i] * view.zoom + view.left, this.places.y[i] * view.zoom + view.top];
    path.moveTo(x + radius * view.ratio, y);
    path.arc(x, y, radius * view.ratio, 0, 2 * Math.PI);
  }

  stroke(ctx, path, colour, width) {
    ctx.lineJoin = "round";
    for (const [style, wide] of [["rgba(0,0,0,.55)", width + 2], [colour, width]]) {
      ctx.strokeStyle = style;
      ctx.lineWidth = wide;
      ctx.stroke(path);
    }
  }

  draw(ctx, view, { hovered, chosen, accent }) {
    const { ratio } = view;
    if (chosen >= 0) this.drawUses(ctx, view, chosen, accent);
    if (hovered >= 0 && hovered !== chosen) this.stroke(ctx, this.outline(view, [hovered]), "#fff", 2 * ratio);
  }

  drawUses(ctx, view, chosen, accent) {
    const photo = this.places.photo[chosen], uses = this.places.uses(photo);
    const others = this.inView(view, uses).filter((i) => i !== chosen);
    const many = others.length > MANY, veil = new Path2D();
    veil.rect(...view.box);
    veil.addPath(this.outline(view, many ? [chosen] : [...others, chosen]));
    ctx.fillStyle = "rgba(8,8,10,.5)";
    ctx.fill(veil, "evenodd");
    if (many) {
      const path = new Path2D();
      for (const i of this.dots(view, photo)) this.ring(path, view, i, 3);
      ctx.fillStyle = accent;
      ctx.fill(path);
    } else this.stroke(ctx, this.outline(view, others), accent, 1.5 * view.ratio);
    this.stroke(ctx, this.outline(view, [chosen]), "#fff", 2.5 * view.ratio);
  }
}
