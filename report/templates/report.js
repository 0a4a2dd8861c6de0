// Shows the board that the address names: #<segmentation>/<board>, or #/<board> for boards
// of all segmentations. Without this script, all boards are visible, one below the other.
const views = [...document.querySelectorAll(".view")];

function show() {
  const left = document.activeElement;
  const [segmentation, board] = decodeURIComponent(location.hash.slice(1)).split("/");
  const isAll = segmentation === "" && board === "everything";
  const wanted = views.filter((view) =>
    isAll
      ? !view.classList.contains("extra")
      : view.dataset.segmentation === segmentation &&
        view.dataset.board === (board || view.dataset.board),
  );
  const shown = isAll ? wanted : [wanted[0] || views[0]];
  for (const view of views) view.hidden = !shown.includes(view);
  const heading = shown[0].querySelector("h1");
  const here = shown[0].querySelector('.boards [aria-current="page"]');
  document.title = [
    isAll ? "All boards" : heading.textContent,
    ...(here && !isAll ? [`${shown[0].querySelector(".boards b").textContent}: ${here.textContent}`] : []),
    "Customer segments",
  ].join(" · ");
  for (const other of document.querySelectorAll("#segmentations a")) {
    const [name] = other.hash.slice(1).split("/");
    const isHere = name ? name === segmentation : other.hash === location.hash;
    if (isHere) other.setAttribute("aria-current", "true");
    else other.removeAttribute("aria-current");
  }
  window.scrollTo(0, 0);
  keepFocus(left, shown[0], heading);
}

// If a link between boards had the focus, moves the focus to the same link of the new board,
// else to the title of the board.
function keepFocus(left, view, heading) {
  if (left === document.body || left.checkVisibility()) return;
  const links = left.closest(".boards") ? [...view.querySelectorAll(".boards a")] : [];
  const same = links.find((link) => link.href === left.href);
  (same || heading).focus({ preventScroll: true });
}

addEventListener("hashchange", show);
show();
