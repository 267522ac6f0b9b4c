// The divider between target and mosaic.

const STEPS = {
  ArrowLeft: -0.02, ArrowDown: -0.02, ArrowRight: 0.02, ArrowUp: 0.02, PageDown: -0.1, PageUp: 0.1, Home: -1, End: 1,
};

class Wipe {
  constructor(address, changed) {
    this.handle = document.getElementById("wipe");
    this.button = document.getElementById("compare");
    this.button.hidden = address === null;
    for (const part of document.querySelectorAll(".when-compared")) part.hidden = address === null;
    Object.assign(this, { address, changed, share: 0.5, image: null });
    this.button.onclick = () => this.toggle();
    this.handle.addEventListener("pointerdown", (event) => {
      this.handle.setPointerCapture(event.pointerId);
      event.preventDefault();
      this.handle.focus({ preventScroll: true });
    });
    this.handle.addEventListener("pointermove", (event) => {
      if (this.handle.hasPointerCapture(event.pointerId)) this.put(event.clientX / innerWidth);
    });
    this.handle.addEventListener("keydown", (event) => {
      const by = STEPS[event.key];
      if (by === undefined) return;
      event.preventDefault();
      event.stopPropagation();
      this.put(this.share + by);
    });
  }

  get on() {
    return !this.handle.hidden;
  }

  load() {
    if (this.image) return;
    this.image = new Image();
    this.image.src = this.address;
    this.image.decode().then(this.changed, () => {});
  }

  toggle(on = !this.on) {
    if (this.address === null) return;
    if (on) this.load();
    const held = document.activeElement === this.handle;
    this.handle.hidden = !on;
    if (on) this.handle.focus({ preventScroll: true });
    else if (held) document.getElementById("mosaic").focus();
    this.button.setAttribute("aria-pressed", String(on));
    this.put(this.share);
  }

  put(share) {
    this.share = Math.min(Math.max(share, 0), 1);
    this.handle.style.left = `${100 * this.share}%`;
    this.handle.setAttribute("aria-valuenow", String(Math.round(100 * this.share)));
    this.handle.setAttribute("aria-valuetext", `${Math.round(100 * this.share)}% target`);
    this.changed();
  }

  /** Draw the target over the part left of the divider. */
  draw(ctx, box) {
    if (!this.on || !this.image?.complete || !this.image.naturalWidth) return;
    ctx.save();
    ctx.beginPath();
    ctx.rect(0, 0, Math.round(this.share * ctx.canvas.width), ctx.canvas.height);
    ctx.clip();
    ctx.clearRect(...box);
    ctx.drawImage(this.image, ...box);
    ctx.restore();
  }
}
