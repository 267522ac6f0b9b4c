// Photos by their names.

const MOST_FOUND = 60;

class Search {
  constructor(places, album, { choose, say }) {
    Object.assign(this, { places, album, choose, say, at: -1, found: [] });
    this.root = document.getElementById("search");
    this.input = this.root.querySelector("input");
    this.list = document.getElementById("found");
    this.shown = album.names.map((name, photo) => photo).filter((photo) => places.uses(photo).length > 0);
    this.root.hidden = !album.names.some(Boolean);
    this.lower = album.names.map((name) => name.toLocaleLowerCase());
    this.input.addEventListener("input", () => this.look());
    this.input.addEventListener("focus", () => {
      this.input.select();
      this.look();
    });
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.root.addEventListener("click", () => this.input.focus());
    this.input.addEventListener("blur", () => this.close());
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
  }

  look() {
    const words = this.input.value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
    if (words.length === 0) return this.close();
    const hits = this.shown.filter((photo) => words.every((word) => this.lower[photo].includes(word)));
    this.found = hits.slice(0, MOST_FOUND);
    this.at = this.found.length ? 0 : -1;
    const items = this.found.map((photo, k) => {
      const name = this.album.name(photo), uses = times(this.places.uses(photo).length);
      const words = element("span", {}, element("b", { textContent: name }), element("small", { textContent: uses }));
      const item = element("li", { id: `found-${k}`, title: name }, thumbnail(this.album, photo), words);
      item.setAttribute("role", "option");
      item.onclick = (event) => {
        event.stopPropagation();
        this.pick(k);
      };
      return item;
    });
    const more = hits.length - MOST_FOUND;
    const none = "No photo has this name", note = more > 0 ? `and ${number.format(more)} more` : none;
    if (more > 0 || hits.length === 0) {
      const line = element("li", { className: "none", textContent: note });
      line.setAttribute("role", "presentation");
      items.push(line);
    }
    this.say(hits.length ? `${counted(hits.length, "photo")} found` : none);
    this.list.replaceChildren(...items);
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    this.mark();
    return undefined;
  }

  mark() {
    this.found.forEach((_, k) => this.list.children[k].setAttribute("aria-selected", String(k === this.at)));
    if (this.at < 0) return this.input.removeAttribute("aria-activedescendant");
    this.input.setAttribute("aria-activedescendant", `found-${this.at}`);
    return this.list.children[this.at].scrollIntoView({ block: "nearest" });
  }

  key(event) {
    event.stopPropagation();
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by && this.found.length) {
      event.preventDefault();
      this.at = (this.at + by + this.found.length) % this.found.length;
      this.mark();
    } else if (event.key === "Enter" && this.at >= 0) {
      this.pick(this.at);
    } else if (event.key === "Escape") {
      this.input.value = "";
      this.input.blur();
      document.getElementById("mosaic").focus();
    }
  }

  pick(k) {
    const photo = this.found[k];
    this.input.blur();
    this.choose(this.places.uses(photo)[0]);
    document.getElementById("panel").focus({ preventScroll: true });
  }

  close() {
    this.list.hidden = true;
    this.found = [];
    this.at = -1;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }
}
