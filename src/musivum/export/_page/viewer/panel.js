// What is told of one placement: its photo as it was, where else it is, and what could have been there.

const number = new Intl.NumberFormat("en");
const counted = (n, noun) => `${number.format(n)} ${noun}${n === 1 ? "" : "s"}`;
const times = (n) => counted(n, "time");

function short(error) {
  const size = Math.abs(error);
  return size === 0 ? "0" : size < 1e-4 || size >= 1000 ? error.toExponential(2) : error.toPrecision(3);
}

function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

/** A picture of a photo, or an empty square where the page holds none. */
function thumbnail(album, photo) {
  const source = album.address(photo);
  if (!source) return element("div", { className: "blank" });
  return element("img", { src: source, alt: "", loading: "lazy", decoding: "async" });
}

/** The photos: names, dates, sizes, and where their pictures lie. */
class Album {
  constructor({ names, taken, sizes, pictures }, address) {
    Object.assign(this, { names, taken, sizes: column(sizes, 2 * names.length), pictures, where: address });
  }

  name(photo) {
    return this.names[photo] || `Photo ${photo + 1}`;
  }

  address(photo) {
    return this.pictures ? this.where(photo) : null;
  }

  /** When it was taken, or when its file was changed last, in words. */
  date(photo) {
    const found = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d))?/.exec(this.taken[photo] || "");
    if (!found) return null;
    const [year, month, day, hour, minute] = found.slice(1).map(Number);
    const date = new Date(2000, 0, 1);
    date.setFullYear(year, month - 1, day);
    const words = date.toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" });
    if (Number.isNaN(hour)) return ["File changed", words];
    return ["Taken", `${words}, ${[hour, minute].map((part) => String(part).padStart(2, "0")).join(":")}`];
  }
}

class Panel {
  constructor(places, album, { go, choose, close }) {
    Object.assign(this, { places, album });
    this.root = document.getElementById("panel");
    this.find = (selector) => this.root.querySelector(selector);
    this.find("#close").onclick = close;
    this.find("#previous").onclick = () => go(-1);
    this.find("#next").onclick = () => go(1);
    this.choose = choose;
    this.hasErrors = places.error.some((error) => error !== 0);
  }

  get open() {
    return !this.root.hidden;
  }

  hide() {
    this.root.hidden = true;
  }

  show(i) {
    const { places, album } = this, photo = places.photo[i], uses = places.uses(photo);
    this.find("h2").textContent = album.name(photo);
    this.showPicture(i, photo);
    const facts = [];
    const date = album.date(photo);
    if (date) facts.push(date);
    const full = album.full.subarray(2 * photo, 2 * photo + 2);
    if (album.pictures) facts.push(["Size", Array.from(full, number.format).join(" × ")]);
    if (this.hasErrors) facts.push(["Difference here", short(places.error[i])]);
    facts.push(["Placement", String(i + 1)]);
    const lines = facts.map((texts) => texts.map((text, k) => element(k ? "dd" : "dt", { textContent: text })));
    this.find("dl").replaceChildren(...lines.flat());
    const at = uses.indexOf(i) + 1;
    const where = uses.length === 1 ? "only here" : `${number.format(at)} of ${number.format(uses.length)}`;
    this.find("output").textContent = where;
    this.find("#previous").disabled = this.find("#next").disabled = uses.length === 1;
    this.showOthers(i);
    const opened = this.root.hidden;
    this.root.hidden = false;
    if (opened) this.root.scrollTop = 0;
    return `${[album.name(photo), ...(date ? [date.join(" ")] : [])].join(", ")}. In this mosaic: ${where}.`;
  }

  showPicture(i, photo) {
    const { places, album } = this, source = album.address(photo);
    const [wide, high] = album.sizes.subarray(2 * photo, 2 * photo + 2);
    this.find("figure").hidden = !source;
    if (!source) return;
    const image = this.find("figure img");
    image.width = wide;
    image.height = high;
    image.src = source;
    image.alt = album.name(photo);
    const corners = places.onPhoto(i), atEnd = (share) => Math.min(share, 1 - share) < 0.004;
    const whole = corners.length === 4 && corners.flat().every(atEnd);
    const edge = whole ? "" : `M${corners.map((point) => point.map((share) => share.toFixed(5)).join(" ")).join("L")}Z`;
    this.find(".edge").setAttribute("d", edge);
    this.find(".shade").setAttribute("d", edge && `M0 0H1V1H0Z${edge}`);
    this.find("figcaption").textContent = whole ? "All of it is used here." : "The bright part is used here.";
  }

  showOthers(i) {
    const { places, album } = this, items = [];
    for (let k = places.kept * i; k < places.kept * (i + 1); k++) {
      const photo = places.alternate[k] - 1;
      if (!album.pictures || photo < 0 || photo === places.photo[i]) continue;
      const used = places.uses(photo);
      const error = short(places.alternateError[k]), name = album.name(photo);
      const button = element("button", { disabled: used.length === 0, title: name });
      button.append(thumbnail(album, photo), element("small", { textContent: error }));
      const where = used.length ? `on the mosaic ${times(used.length)}` : "not on the mosaic";
      button.setAttribute("aria-label", `${name}, difference ${error}; ${where}`);
      button.onclick = () => this.choose(used[0]);
      items.push(element("li", {}, button));
    }
    const others = this.find("#others"), lost = others.contains(document.activeElement);
    others.hidden = items.length === 0;
    this.find("#others ul").replaceChildren(...items);
    if (lost) this.root.focus({ preventScroll: true });
  }
}
