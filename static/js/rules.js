// After a rule was dragged or added, the positions of a draft read 1, 2, 3, ...
const number = (list) =>
  list.querySelectorAll(":scope > .rule:not(.empty-form) [name$='-position']").forEach((input, index) => {
    input.value = index + 1;
  });
const renumber = (event) => {
  const list = event.target.closest?.(".rules");
  if (list) setTimeout(() => number(list)); // the theme numbers from 0, in the same turn
};
document.addEventListener("end", renumber);
document.addEventListener("formset:added", renumber);
