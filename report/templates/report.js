// Shows the board that the address names: #<segmentation>/<board>. Without this script,
// and at #everything, all of them stand one below the other.
function show() {
  const [segmentation, board] = decodeURIComponent(location.hash.slice(1)).split("/");
  const views = [...document.querySelectorAll(".view")];
  const wanted = views.filter(
    (view) =>
      segmentation === "everything" ||
      (view.dataset.segmentation === segmentation &&
        view.dataset.board === (board || view.dataset.board)),
  );
  const shown = wanted.length ? wanted : [views[0]];
  for (const view of views) view.hidden = !shown.includes(view);
  for (const link of document.querySelectorAll("#segmentations a"))
    link.classList.toggle("here", link.dataset.segmentation === segmentation);
  window.scrollTo(0, 0);
}
addEventListener("hashchange", show);
show();
