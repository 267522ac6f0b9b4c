// Light or dark: as the system prefers, until somebody chooses.

class Theme {
  constructor(changed) {
    this.changed = changed;
    const light = matchMedia("(prefers-color-scheme: light)");
    this.set(light.matches ? "light" : "dark");
    light.addEventListener("change", () => this.set(light.matches ? "light" : "dark"));
  }

  set(name) {
    document.documentElement.dataset.theme = this.name = name;
    const style = getComputedStyle(document.documentElement), read = (colour) => style.getPropertyValue(colour).trim();
    this.ground = read("--ground");
    this.accent = read("--mark");
    this.shadow = read("--cast");
    this.changed();
  }

  turn() {
    this.set(this.name === "dark" ? "light" : "dark");
  }
}
