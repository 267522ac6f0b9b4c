// The name and a small picture of the photo under the pointer.

class Tip {
  constructor(album) {
    Object.assign(this, { album, photo: -1, waiting: 0 });
    this.root = document.getElementById("tip");
    this.image = this.root.querySelector("img");
    this.image.hidden = !album.pictures;
  }

  hide() {
    this.root.hidden = true;
  }

  /** Show a photo beside the pointer, left of `right`; -1 shows nothing. */
  show(photo, event, right) {
    this.root.hidden = photo < 0 || !this.album.pictures;
    if (this.root.hidden) return;
    if (this.photo !== photo) this.fill(photo);
    const { offsetWidth: w, offsetHeight: h } = this.root, { clientX: x, clientY: y } = event;
    const left = x + 18 + w > right ? x - 18 - w : x + 18, top = y + 20 + h > innerHeight ? y - 16 - h : y + 20;
    this.root.style.transform = `translate(${Math.max(4, left)}px, ${Math.max(4, top)}px)`;
  }

  fill(photo) {
    this.photo = photo;
    this.root.querySelector("span").textContent = this.album.name(photo);
    clearTimeout(this.waiting);
    this.image.removeAttribute("src");
    this.waiting = setTimeout(() => (this.image.src = this.album.address(photo)), 40);
  }
}
