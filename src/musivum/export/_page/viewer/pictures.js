// Pictures by name: loaded a few at a time, what was asked for last first, and forgotten when others are needed.

class Pictures {
  /** `address(name)` is where a picture lies. */
  constructor(address, most, changed) {
    Object.assign(this, { address, most, changed, busy: 0 });
    this.kept = new Map();
    this.needed = new Set();
    this.wanted = [];
    this.asked = new Set();
    this.lost = new Set();
  }

  /** A picture, if it is here; then it counts as used last. */
  get(name) {
    const entry = this.kept.get(name);
    if (entry === undefined) return null;
    this.kept.delete(name);
    this.kept.set(name, entry);
    return entry;
  }

  /** Ask for a picture, and let it stay until the next `begin`, with which what was not begun is dropped. */
  want(name) {
    this.needed.add(name);
    if (!this.kept.has(name) && !this.asked.has(name) && !this.lost.has(name)) this.wanted.push(name);
  }

  begin() {
    this.wanted.length = 0;
    this.needed.clear();
  }

  load() {
    while (this.busy < 8 && this.wanted.length) {
      const name = this.wanted.shift();
      if (this.kept.has(name) || this.asked.has(name)) continue;
      this.asked.add(name);
      this.busy++;
      const image = new Image();
      image.src = this.address(name);
      image.decode().then(
        () => this.keep(name, { image, since: performance.now() }),
        () => this.lost.add(name),
      ).finally(() => {
        this.asked.delete(name);
        this.busy--;
        this.changed();
        this.load();
      });
    }
  }

  keep(name, entry) {
    this.kept.set(name, entry);
    for (const old of this.kept.keys()) {
      if (this.kept.size <= this.most) break;
      if (!this.needed.has(old)) this.kept.delete(old);
    }
  }

  get idle() {
    return this.busy === 0 && this.wanted.length === 0;
  }
}
