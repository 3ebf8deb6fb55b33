// The rows of a spreadsheet, read as a stream.
import ExcelJS from "exceljs";

const workbook = new ExcelJS.stream.xlsx.WorkbookReader("made/book.xlsx", {});
for await (const sheet of workbook) {
  let [rows, sum] = [0, 0];
  for await (const row of sheet) {
    rows++;
    sum += Number(row.getCell(2).value);
  }
  console.log(rows, sum);
}
