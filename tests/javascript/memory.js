/* A store like the browser's own: what is kept in it are its own properties. */

export function memory() {
  const store = Object.create({
    getItem(key) {
      return Object.hasOwn(this, key) ? this[key] : null;
    },
    setItem(key, value) {
      this[key] = String(value);
    },
    removeItem(key) {
      delete this[key];
    },
    get length() {
      return Object.keys(this).length;
    }
  });
  return store;
}
