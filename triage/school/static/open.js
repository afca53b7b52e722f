// The link's token stands behind the # and never in a request for a page, so that no log and no robot has it. It leaves the
// address as soon as it is read.
const token = new URLSearchParams(location.hash.slice(1)).get('k') || sessionStorage.getItem('k') || '';
document.getElementById('link').value = token;
if (token) sessionStorage.setItem('k', token); // until the tab is closed: a wrong code comes back to this page
history.replaceState(null, '', location.pathname);
