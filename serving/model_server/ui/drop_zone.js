// The whole page takes files that are dropped on it.

/** @param {function(File)} open is given the first file. */
export function takeDrops(open) {
  let entered = 0; // elements, one within another
  const show = () => document.body.classList.toggle("dragging", entered > 0);
  document.addEventListener("dragenter", () => {
    entered++;
    show();
  });
  document.addEventListener("dragleave", () => {
    entered--;
    show();
  });
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    entered = 0;
    show();
    const [file] = event.dataTransfer.files;
    if (file) open(file);
  });
}
