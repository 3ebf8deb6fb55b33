console.log("The program ran");
