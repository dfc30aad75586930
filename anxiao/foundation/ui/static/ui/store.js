// Browser storage that may be forbidden: then nothing is kept, and nothing breaks.
const quietly = (work, otherwise = null) => {
  try {
    return work();
  } catch {
    return otherwise;
  }
};

export const tab = {
  read: (key) => quietly(() => JSON.parse(sessionStorage.getItem(key))),
  write: (key, value) => quietly(() => sessionStorage.setItem(key, JSON.stringify(value))),
  remove: (key) => quietly(() => sessionStorage.removeItem(key)),
  keys: () => quietly(() => Object.keys(sessionStorage), []),
};

export const device = {
  read: (key) => quietly(() => localStorage.getItem(key)),
  write: (key, value) => quietly(() => localStorage.setItem(key, value)),
  remove: (key) => quietly(() => localStorage.removeItem(key)),
};
