// The menu with the export stands outside the list, which changes by itself while somebody searches: when it opens, it learns what
// the list shows.

document.getElementById("contacts-more")?.addEventListener("beforetoggle", (event) => {
  if (event.newState !== "open") return;
  const shown = new URLSearchParams(location.search);
  for (const link of event.target.querySelectorAll("[data-cc-export]")) {
    const address = new URL(link.href);
    for (const name of ["q", "tag"]) {
      if (shown.get(name)) address.searchParams.set(name, shown.get(name));
      else address.searchParams.delete(name);
    }
    link.href = address;
    const isFound = shown.get("q") || shown.get("tag");
    link.querySelector("span").textContent = isFound ? link.dataset.found : link.dataset.all;
  }
});
