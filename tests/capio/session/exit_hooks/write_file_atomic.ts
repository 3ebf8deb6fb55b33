import writeFileAtomic from "write-file-atomic";
import { dir, end } from "./end.ts";

writeFileAtomic.sync(`${dir}/whole`, "whole");
// Its temporary file is removed if the program ends meanwhile.
writeFileAtomic(`${dir}/begun`, "x".repeat(1000));
end();
