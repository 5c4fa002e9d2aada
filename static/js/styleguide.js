// The style guide only: the policy forbids style attributes, so samples carry theirs as data.

for (const sample of document.querySelectorAll("[data-style]")) sample.style.cssText = sample.dataset.style;
for (const box of document.querySelectorAll(".sg-ind")) box.indeterminate = true;
