"use strict";
// What pages need beyond HTML and htmx. Every page works without it.

// The form token also for requests that are no forms.
document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRFToken"] = document.querySelector('meta[name="csrf-token"]').content;
});

// On a phone the navigation is a strip: bring the page one is on into sight.
document.querySelector("nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

// Focus goes to the first field of a form that opened, and back to the button that opened it.
document.addEventListener("htmx:afterSettle", (event) => {
  const part = event.detail.elt;
  const first = part.querySelector("[aria-invalid], [autofocus]");
  const opener = part.dataset.focus && document.getElementById(part.dataset.focus);
  (first || opener)?.focus();
});

// "Copy" beside a value that is shown once.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-copy]");
  if (!button) return;
  const field = document.getElementById(button.dataset.copy);
  field.select();
  await navigator.clipboard?.writeText(field.value); // absent over plain HTTP: the text is selected
  document.getElementById("said").textContent = navigator.clipboard ? "Copied." : "Selected. Press Ctrl+C.";
});
