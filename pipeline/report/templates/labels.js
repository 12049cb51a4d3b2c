// Places for the labels of the map's topics: no label covers another, and each covers as few documents as possible.
const LINE = 18; // height of a label in pixels
const STEPS = [[0, 0], [0, -1], [0, 1], [0, -2], [0, 2], [1, 0], [-1, 0], [1, -1], [-1, -1], [1, 1], [-1, 1]];

const apart = (a, b) => Math.abs(a.x - b.x) >= (a.width + b.width) / 2 || Math.abs(a.y - b.y) >= (a.height + b.height) / 2;

// The boxes around `point` in which a label may be placed, the nearest first: half its width or its height away.
function boxesAround(point, width) {
  return STEPS.map(([across, down]) => ({ x: point.x + (across * (width + LINE)) / 2, y: point.y + down * LINE, width, height: LINE }));
}

// For each topic, the largest first: its label's text and place, or null if there is no room for any of its texts. All
// places are in pixels.
function placedLabels(topics, marks, frame) {
  const taken = [];
  return topics.map(({ point, texts }) => {
    for (const { text, width } of texts) {
      const free = boxesAround(point, width).filter((box) => within(box, frame) && taken.every((other) => apart(box, other)));
      if (free.length) {
        const box = leastCovering(free, marks);
        taken.push(box);
        return { text, box };
      }
    }
    return null;
  });
}

function within(box, frame) {
  return box.x >= box.width / 2 && box.x <= frame.width - box.width / 2 && box.y >= box.height / 2 && box.y <= frame.height - box.height / 2;
}

function leastCovering(boxes, marks) {
  const covered = boxes.map((box) => marks.filter((mark) => !apart(box, mark)).length);
  return boxes[covered.indexOf(Math.min(...covered))];
}
