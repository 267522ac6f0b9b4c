// Outlines over the mosaic: of what is under the pointer, of what was chosen, and of the other places of its photo.

const RING = 7; // window pixels; smaller places get a ring

class Marks {
  constructor(places) {
    this.places = places;
  }

  /** Outlines in window pixels; those of tiny places become rings. */
  outline(view, which) {
    const { places } = this, path = new Path2D(), own = new Path2D();
    const matrix = new DOMMatrix([view.zoom, 0, 0, view.zoom, view.left, view.top]);
    for (const i of which) {
      const [x0, y0, x1, y1] = places.bounds(i);
      if (x1 < view.x0 || x0 > view.x1 || y1 < view.y0 || y0 > view.y1) continue;
      const size = Math.min(x1 - x0, y1 - y0) * view.zoom;
      if (size < 2 * RING * view.ratio) {
        const [x, y] = [places.x[i] * view.zoom + view.left, places.y[i] * view.zoom + view.top];
        path.moveTo(x + RING * view.ratio, y);
        path.arc(x, y, RING * view.ratio, 0, 2 * Math.PI);
      } else places.trace(own, i);
    }
    path.addPath(own, matrix);
    return path;
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
    if (chosen >= 0) {
      const others = Array.from(this.places.uses(this.places.photo[chosen])).filter((i) => i !== chosen);
      const all = this.outline(view, [...others, chosen]), veil = new Path2D();
      veil.rect(...view.box);
      veil.addPath(all);
      ctx.fillStyle = "rgba(8,8,10,.5)";
      ctx.fill(veil, "evenodd");
      this.stroke(ctx, this.outline(view, others), accent, 1.5 * ratio);
      this.stroke(ctx, this.outline(view, [chosen]), "#fff", 2.5 * ratio);
    }
    if (hovered >= 0 && hovered !== chosen) this.stroke(ctx, this.outline(view, [hovered]), "#fff", 2 * ratio);
  }
}
