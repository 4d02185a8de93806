/** The first number and the first date, beside the page's own thread: a browser takes long for them. */

new Intl.NumberFormat().format(0);
new Intl.DateTimeFormat().format(0);
close();
