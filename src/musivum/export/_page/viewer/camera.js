// What part of the mosaic is seen, and how it moves there.

const CALM = matchMedia("(prefers-reduced-motion: reduce)");

class Camera {
  /** `x`, `y`: the point of the mosaic in the middle of the window; `zoom`: window pixels per pixel of the mosaic. */
  constructor(width, height) {
    this.mosaic = { width, height };
    this.window = { width: 1, height: 1 };
    this.covered = { top: 0, right: 0, bottom: 0 };
    Object.assign(this, { x: width / 2, y: height / 2, zoom: 1, most: 1 });
    this.goal = null;
    this.flight = null;
    this.glide = null;
  }

  /** What no bar or panel covers. */
  get free() {
    const { top, right, bottom } = this.covered;
    return { top, width: this.window.width - right, height: this.window.height - top - bottom };
  }

  /** Zoom at which all of the mosaic is seen. */
  get whole() {
    const { width, height } = this.window, narrow = width < 720, edge = narrow ? 8 : 32, bars = narrow ? 96 : 86;
    const wide = width - this.covered.right;
    return Math.min((wide - 2 * edge) / this.mosaic.width, (height - 2 * bars) / this.mosaic.height);
  }

  /** Where the camera is when all of the mosaic is seen. */
  get middle() {
    const { top, right, bottom } = this.covered, zoom = this.whole;
    return [this.mosaic.width / 2 + right / 2 / zoom, this.mosaic.height / 2 + (bottom - top) / 2 / zoom];
  }

  get least() {
    return Math.min(this.whole * 0.6, this.most);
  }

  resize(width, height) {
    const wasWhole = !this.touched;
    this.window = { width, height };
    if (wasWhole) this.jump(...this.middle, this.whole);
    else this.jump(this.x, this.y, this.zoom);
  }

  jump(x, y, zoom) {
    Object.assign(this, { goal: null, flight: null, glide: null });
    this.put(x, y, zoom);
  }

  put(x, y, zoom) {
    this.zoom = Math.min(Math.max(zoom, this.least), this.most);
    const { width, height } = this.mosaic, { top, right, bottom } = this.covered;
    const slackX = Math.max(0, this.window.width / 2 / this.zoom - width / 2) * 0.25;
    const slackY = Math.max(0, this.window.height / 2 / this.zoom - height / 2) * 0.25;
    this.x = Math.min(Math.max(x, -slackX), width + slackX + right / 2 / this.zoom);
    this.y = Math.min(Math.max(y, -slackY - top / 2 / this.zoom), height + slackY + bottom / 2 / this.zoom);
  }

  toWindow(x, y) {
    return [(x - this.x) * this.zoom + this.window.width / 2, (y - this.y) * this.zoom + this.window.height / 2];
  }

  toMosaic(left, top) {
    return [(left - this.window.width / 2) / this.zoom + this.x, (top - this.window.height / 2) / this.zoom + this.y];
  }

  drag(dx, dy) {
    this.touched = true;
    this.jump(this.x - dx / this.zoom, this.y - dy / this.zoom, this.zoom);
  }

  throw(vx, vy) {
    if (!CALM.matches) this.glide = { vx, vy };
  }

  /** Zoom by a factor, at once, about a point of the window that also moves. */
  pinch(factor, left, top, dx, dy) {
    this.touched = true;
    const [x, y] = this.toMosaic(left - dx, top - dy);
    const zoom = Math.min(Math.max(this.zoom * factor, this.least), this.most);
    const { width, height } = this.window;
    this.jump(x - (left - width / 2) / zoom, y - (top - height / 2) / zoom, zoom);
  }

  /** Zoom by a factor, smoothly, while a point of the window stays where it is. */
  zoomBy(factor, left = this.free.width / 2, top = this.free.top + this.free.height / 2) {
    this.touched = true;
    const from = this.goal?.zoom ?? this.zoom;
    const [x, y] = this.toMosaic(left, top);
    Object.assign(this, { flight: null, glide: null });
    this.goal = { zoom: Math.min(Math.max(from * factor, this.least), this.most), x, y, left, top };
  }

  panBy(dx, dy) {
    this.touched = true;
    this.fly(this.x + dx / this.zoom, this.y + dy / this.zoom, this.zoom, 180);
  }

  showWhole() {
    this.touched = false;
    this.fly(...this.middle, this.whole);
  }

  /** Bring a point of the mosaic into the middle of what no panel covers. */
  show(x, y, zoom) {
    this.touched = true;
    zoom = Math.min(Math.max(zoom, this.least), this.most);
    const { top, right, bottom } = this.covered;
    this.fly(x + right / 2 / zoom, y + (bottom - top) / 2 / zoom, zoom);
  }

  /** The smooth way to another view: J. J. van Wijk and W. A. A. Nuij (2003), doi:10.1109/INFVIS.2003.1249004. */
  fly(x, y, zoom, longest = 1100) {
    if (CALM.matches) return this.jump(x, y, zoom);
    const size = Math.min(this.window.width, this.window.height);
    const w0 = size / this.zoom, w1 = size / zoom, far = Math.hypot(x - this.x, y - this.y), rho = 1.3;
    let path, along;
    if (far < 1e-3 * Math.min(w0, w1)) {
      path = Math.abs(Math.log(w1 / w0)) / rho;
      along = (t) => [t, w0 * Math.pow(w1 / w0, t)];
    } else {
      const b = (w, sign) => (w1 * w1 - w0 * w0 + sign * rho ** 4 * far * far) / (2 * w * rho * rho * far);
      const r = (value) => Math.asinh(-value);
      const r0 = r(b(w0, 1)), r1 = r(b(w1, -1));
      path = (r1 - r0) / rho;
      along = (t) => {
        const s = rho * path * t + r0;
        const moved = (w0 / (rho * rho)) * (Math.cosh(r0) * Math.tanh(s) - Math.sinh(r0));
        return [moved / far, (w0 * Math.cosh(r0)) / Math.cosh(s)];
      };
    }
    const from = { x: this.x, y: this.y };
    this.goal = this.glide = null;
    this.flight = { along, from, to: { x, y, zoom }, size, start: null, lasts: Math.min(180 + 330 * path, longest) };
    return undefined;
  }

  get moving() {
    return Boolean(this.goal || this.flight || this.glide);
  }

  /** Move on by so many milliseconds. */
  step(elapsed, now) {
    if (this.goal) {
      const { zoom, x, y, left, top } = this.goal, close = Math.log(zoom / this.zoom);
      const there = CALM.matches || Math.abs(close) < 1e-3;
      const next = there ? zoom : this.zoom * Math.exp(close * (1 - Math.exp(-elapsed / 75)));
      this.put(x - (left - this.window.width / 2) / next, y - (top - this.window.height / 2) / next, next);
      if (next === zoom) this.goal = null;
    } else if (this.flight) {
      const { along, from, to, size, lasts } = this.flight;
      this.flight.start ??= now - elapsed;
      const t = Math.min((now - this.flight.start) / lasts, 1), eased = t * t * (3 - 2 * t);
      if (t >= 1) return this.jump(to.x, to.y, to.zoom);
      const [share, w] = along(eased);
      this.put(from.x + share * (to.x - from.x), from.y + share * (to.y - from.y), size / w);
    } else if (this.glide) {
      const { vx, vy } = this.glide, slower = Math.exp(-elapsed / 325);
      this.put(this.x - (vx * elapsed) / this.zoom, this.y - (vy * elapsed) / this.zoom, this.zoom);
      this.glide = Math.hypot(vx, vy) * slower < 0.02 ? null : { vx: vx * slower, vy: vy * slower };
    }
    return undefined;
  }
}
