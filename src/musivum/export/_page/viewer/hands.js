// Mouse, touch and pen on the mosaic.

const STILL = 6; // window pixels that a click may stray
const TWICE = 260; // milliseconds in which a second click makes it a double one

class Hands {
  constructor(canvas, camera, { hover, open, changed }) {
    Object.assign(this, { canvas, camera, hover, open, changed });
    this.down = new Map();
    this.last = null;
    canvas.addEventListener("pointerdown", (event) => this.press(event));
    canvas.addEventListener("pointermove", (event) => this.move(event));
    for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, (event) => this.release(event));
    canvas.addEventListener("pointerleave", () => hover(null));
    canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    canvas.addEventListener("contextmenu", (event) => this.down.size && event.preventDefault());
  }

  press(event) {
    if (event.button > 0) return;
    this.canvas.setPointerCapture(event.pointerId);
    this.down.set(event.pointerId, { x: event.clientX, y: event.clientY });
    this.camera.glide = this.camera.flight = null;
    this.strayed = this.down.size > 1 ? Infinity : 0;
    this.trail = [{ x: event.clientX, y: event.clientY, at: event.timeStamp }];
    this.changed();
  }

  move(event) {
    const before = this.down.get(event.pointerId);
    if (!before) {
      if (event.pointerType !== "touch") this.hover(event);
      return;
    }
    const dx = event.clientX - before.x, dy = event.clientY - before.y;
    this.strayed += Math.hypot(dx, dy);
    if (this.down.size === 2) {
      const [other] = [...this.down].filter(([id]) => id !== event.pointerId).map(([, point]) => point);
      const was = Math.hypot(before.x - other.x, before.y - other.y);
      const is = Math.hypot(event.clientX - other.x, event.clientY - other.y);
      const middle = [(event.clientX + other.x) / 2, (event.clientY + other.y) / 2];
      if (was > 0 && is > 0) this.camera.pinch(is / was, ...middle, dx / 2, dy / 2);
    } else if (this.strayed > STILL) {
      this.canvas.classList.add("dragging");
      this.hover(null);
      this.camera.drag(dx, dy);
      this.trail.push({ x: event.clientX, y: event.clientY, at: event.timeStamp });
    }
    this.down.set(event.pointerId, { x: event.clientX, y: event.clientY });
    this.changed();
  }

  release(event) {
    if (!this.down.delete(event.pointerId)) return;
    this.canvas.classList.remove("dragging");
    if (this.down.size) {
      this.strayed = Infinity;
      return;
    }
    if (event.type === "pointercancel") return;
    if (this.strayed <= STILL) this.click(event);
    else if (this.strayed !== Infinity) this.throw(event);
    this.changed();
  }

  throw(event) {
    const recent = this.trail.filter(({ at }) => event.timeStamp - at < 90);
    const first = recent[0], last = recent[recent.length - 1];
    if (recent.length < 2 || last.at - first.at < 8) return;
    const lasted = last.at - first.at;
    this.camera.throw((last.x - first.x) / lasted, (last.y - first.y) / lasted);
  }

  click(event) {
    const { clientX: x, clientY: y, timeStamp: at } = event, { last } = this;
    const again = last && at - last.at < TWICE && Math.hypot(x - last.x, y - last.y) < 24;
    clearTimeout(this.waiting);
    if (again) {
      this.last = null;
      this.camera.zoomBy(event.shiftKey ? 1 / 3 : 3, x, y);
      return;
    }
    this.last = { x, y, at };
    this.waiting = setTimeout(() => this.open(x, y), TWICE - 20);
  }

  wheel(event) {
    event.preventDefault();
    const lines = event.deltaMode === 1 ? 18 : event.deltaMode === 2 ? 240 : 1;
    const by = Math.max(-240, Math.min(240, event.deltaY * lines)) * (event.ctrlKey ? 4 : 1);
    this.camera.zoomBy(Math.exp(-by / 340), event.clientX, event.clientY);
    this.changed();
  }
}
