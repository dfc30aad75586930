// htmx: the token of this page goes along, and a lost line is told instead of swallowed.
export function startHtmx() {
  document.addEventListener("htmx:configRequest", (event) => {
    const token = document.querySelector("meta[name=csrf-token]")?.content;
    if (token) event.detail.headers["X-CSRFToken"] = token;
  });
  const lost = () => {
    const note = document.getElementById("line-lost");
    document.getElementById("messages")?.replaceChildren(note.content.cloneNode(true));
    scrollTo({ top: 0 });
  };
  document.addEventListener("htmx:sendError", lost);
  document.addEventListener("htmx:timeout", lost);
}
