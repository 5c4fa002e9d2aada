// The eye in a password field: <button data-cc-reveal> beside the input, inside .pass.

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-cc-reveal]");
  const field = button?.parentElement.querySelector("input");
  if (!field) return;
  const reveal = field.type === "password";
  field.type = reveal ? "text" : "password";
  button.setAttribute("aria-pressed", String(reveal));
});

// What is typed in the clear must not be remembered as a text.
document.addEventListener("submit", (event) => {
  for (const field of event.target.querySelectorAll?.(".pass > input") ?? []) field.type = "password";
});
