"""What every chart is drawn with: canvas, marks, wrapped text and places of labels."""
