// What trunk tells about loading the program.
export default function loader() {
  return {
    onStart: () => {},
    onProgress: () => {},
    onComplete: () => {},
    onSuccess: () => { dispatchEvent(new Event("capas:started")); },
    onFailure: (error) => { window.capasFatal("load", error); },
  };
}
