// Symbols that only the rarely used parts show, put beside the panel's own.
const SHAPES = {
  file: "M7 3.5h6.500L18.500 8.500V19a1.500 1.500 0 0 1-1.500 1.500H7A1.500 1.500 0 0 1 5.500 19V5A1.500 1.500 0 0 1 7 3.500zM13 3.800V9h5.200",
  star: "m12 3.800 2.500 5.200 5.700.8-4.100 4 1 5.700-5.100-2.700-5.100 2.700 1-5.700-4.100-4 5.700-.8z",
  mail: "M6 5.500h12A2.500 2.500 0 0 1 20.500 8v8a2.500 2.500 0 0 1-2.500 2.500H6A2.500 2.500 0 0 1 3.500 16V8A2.500 2.500 0 0 1 6 5.500zM4 7.500l8 6 8-6",
  bell: "M6 10a6 6 0 0 1 12 0c0 4.500 1.500 5.500 1.500 6.500h-15C4.500 15.500 6 14.500 6 10zM10 19.500a2.200 2.200 0 0 0 4 0",
  user: "M8 8.500a4 4 0 1 0 8 0 4 4 0 1 0-8 0M4.500 20c.8-4 3.800-5.800 7.500-5.800s6.700 1.800 7.500 5.800",
  out: "M14 4.500h4A1.500 1.500 0 0 1 19.500 6v12a1.500 1.500 0 0 1-1.500 1.500h-4M4.500 12h10m-3.500-3.500 3.500 3.500-3.500 3.500",
  back: "M14.500 5.500 8 12l6.500 6.500",
};
const place = document.querySelector(".symbols");

for (const [name, shape] of Object.entries(SHAPES)) {
  const [symbol, path] = ["symbol", "path"].map((tag) => document.createElementNS("http://www.w3.org/2000/svg", tag));
  symbol.id = `i-${name}`;
  symbol.setAttribute("viewBox", "0 0 24 24");
  path.setAttribute("d", shape);
  symbol.append(path);
  place.append(symbol);
}

export const drawn = true;
